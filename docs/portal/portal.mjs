// A portal in 100 lines, on openid-client 6: it sends people to the gateway, takes back who they are,
// asks for more where it needs it, and signs them out. Node 20 or newer.
//
//   GATEWAY=https://passerelle.exemple.fr/op CLIENT_ID=portail KEY=private.jwk.json PORT=3000 node portal.mjs
//
// KEY is one private JWK with a `kid` (P-256); the gateway is given the JWK Set of its public half.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import * as client from "openid-client";

const { GATEWAY, CLIENT_ID, KEY, PORT } = process.env;

const jwk = JSON.parse(readFileSync(KEY, "utf-8"));
const key = await crypto.subtle.importKey(
  "jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"],
);
// signatures are verified, which this library leaves out where TLS vouches for the answer;
// plain http is for this machine alone
const local = GATEWAY.startsWith("http://127.0.0.1") ? [client.allowInsecureRequests] : [];
const gateway = await client.discovery(
  new URL(GATEWAY),
  CLIENT_ID,
  { id_token_signed_response_alg: "ES256" },
  client.PrivateKeyJwt({ key, kid: jwk.kid }),
  { execute: [client.enableNonRepudiationChecks, ...local] },
);

const sessions = new Map(); // of one process: a portal of yours keeps them elsewhere
const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    // `error` and `error_description` come from the gateway: for your log, not for the page
    const code = error.error ?? error.code ?? "failed";
    send(response, 400, { error: code });
  });
});

async function answer(request, response) {
  const here = new URL(request.url, address());
  const [, id] = /portail=([0-9a-f-]+)/.exec(request.headers.cookie ?? "") ?? [];
  const held = sessions.get(id) ?? {};

  if (here.pathname === "/connexion") {
    const verifier = client.randomPKCECodeVerifier();
    const asked = { verifier, state: client.randomState(), nonce: client.randomNonce() };
    const fresh = randomUUID();
    sessions.set(fresh, { asked });
    const more = Object.fromEntries(here.searchParams); // acr_values, prompt, max_age, ui_locales
    const there = client.buildAuthorizationUrl(gateway, {
      redirect_uri: `${address()}/connexion/retour`,
      scope: "openid siseri siseri_worker profile",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: asked.state,
      nonce: asked.nonce,
      ...more,
    });
    return go(response, there, fresh);
  }

  if (here.pathname === "/connexion/retour") {
    const { verifier, state, nonce } = held.asked ?? {};
    sessions.delete(id); // once, whatever comes of it
    const tokens = await client.authorizationCodeGrant(gateway, here, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const who = tokens.claims();
    const rights = await client.fetchUserInfo(gateway, tokens.access_token, who.sub);
    const fresh = randomUUID(); // a new session for whoever signed in
    sessions.set(fresh, { who, rights, idToken: tokens.id_token });
    return go(response, `${address()}/`, fresh);
  }

  if (here.pathname === "/deconnexion") {
    sessions.delete(id); // here first
    const state = client.randomState();
    const there = client.buildEndSessionUrl(gateway, {
      id_token_hint: held.idToken,
      post_logout_redirect_uri: `${address()}/au-revoir`,
      state,
    });
    return go(response, there, "0");
  }

  if (here.pathname === "/au-revoir") return send(response, 200, { signedOut: true });
  return send(response, 200, { who: held.who ?? null, rights: held.rights ?? null });
}

const address = () => `http://127.0.0.1:${server.address().port}`;

function go(response, url, session) {
  const cookie = `portail=${session}; Path=/; HttpOnly; SameSite=Lax`; // and Secure, over TLS
  response.writeHead(303, { location: String(url), "set-cookie": cookie }).end();
}

function send(response, status, said) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
}

server.listen(Number(PORT ?? 0), "127.0.0.1", () => console.log(address()));
