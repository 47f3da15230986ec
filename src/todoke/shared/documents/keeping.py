"""The keeper of what is personal in documents: the custody of the record that a document is about."""

from todoke.ground.retention.models import Custody, Gone


class InCustody:
    """Opens with the key of a custody; `name` is that of the custody. Gone with it, for everybody and at once."""

    key = Custody._meta.label_lower

    def seal(self, name: str, plain: bytes, *, context: bytes) -> bytes:
        """What is sealed with the custody's key. Raises LookupError once that key is gone."""
        try:
            return self._custody(name).seal(plain, context=context)
        except Gone as gone:
            raise LookupError(str(gone)) from gone

    def open_sealed(self, name: str, sealed: bytes, *, context: bytes) -> bytes:
        """What was sealed. Raises LookupError once the key is gone, sealing.CannotOpen for what was altered."""
        try:
            return self._custody(name).open(sealed, context=context)
        except Gone as gone:
            raise LookupError(str(gone)) from gone

    def _custody(self, name: str) -> Custody:
        found = Custody.objects.select_related("period").filter(pk=name).first()
        if found is None:
            raise LookupError(f"there is no custody {name}")
        return found
