// A real OpenID Connect provider (oidc-provider) set up as the デジタル認証アプリ is described: code flow with PKCE S256
// only, private_key_jwt, ES256, acr, birthdate YYYYMMDD. Reads its wishes as one line of JSON from the command line:
// {client: JWK set of the client's public key, redirect, acr}. Prints the port once it listens. Whoever comes is signed
// in as “hanako” without being asked, because the test has no hands.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const wishes = JSON.parse(process.argv[2]);
const jwk = (kid) => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  kid,
  use: "sig",
  alg: "ES256",
});

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "RP00000001",
        redirect_uris: [wishes.redirect],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        id_token_signed_response_alg: "ES256",
        jwks: wishes.client,
        require_auth_time: true,
      },
    ],
    jwks: { keys: [jwk("first"), jwk("second")] },
    pkce: { required: () => true },
    acrValues: ["aal1", "aal2", "aal3"],
    claims: { openid: ["sub", "acr", "auth_time"], name: ["name"], address: ["address"], birthdate: ["birthdate"], gender: ["gender"] },
    scopes: ["openid"],
    subjectTypes: ["pairwise"],
    pairwiseIdentifier: (_context, account, client) => `ppid-${client.clientId}-${account}`,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["only for tests"] },
    clientBasedCORS: () => false,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: "試験 花子", address: { formatted: "試験県試験市1番地" }, birthdate: "19900401", gender: "2" }),
    }),
    ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, AuthorizationCode: 60, IdToken: 60 },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (prompt.name === "login") {
      const login = { accountId: "hanako", acr: wishes.acr, remember: false };
      return provider.interactionFinished(request, response, { login });
    }
    const grant = new provider.Grant({ accountId: "hanako", clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  });
  console.log(port);
});
