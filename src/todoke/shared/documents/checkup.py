"""What `todoke doctor` asks: can documents be signed today, and for how long still."""

from datetime import timedelta

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.documents.signing.house import the_signer
from todoke.shared.documents.signing.keys import NoSigner

SOON = timedelta(days=60)


class Signature:
    """Whether the key is there, opens, and is in force."""

    key = "documents.signer"
    title = "公文書の電子署名"

    def run(self) -> Finding:
        """Open the key and look at its certificate."""
        at = now()
        try:
            signer = the_signer(at)
        except NoSigner as none:
            return Finding(Verdict.FAILURE, "公文書を発行できません。", str(none.says))
        left = (signer.ends_at - at).days
        if signer.ends_at - at < SOON:
            return Finding(
                Verdict.WARNING,
                f"証明書の有効期間は、あと {left} 日です。",
                "新しい証明書を取り、TODOKE_DOCUMENT_SIGNER を替えてください。",
            )
        if signer.is_sample:
            return Finding(Verdict.OK, "架空の市の、自分で作った証明書で署名します。ほかでは通用しません。")
        return Finding(Verdict.OK, f"署名できます（証明書はあと {left} 日有効です）。")


CHECKS = (Signature(),)
