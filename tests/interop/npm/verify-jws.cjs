// Verifies a compact JWS (ES256, RFC 7515) with node's own crypto and a JWK Set: no library at all.
// Standard input: {jws, jwks}; standard output: {verified, header, payload}.
const { createPublicKey, verify } = require("crypto");

const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const [header, payload, signature] = asked.jws.split(".");
const decoded = JSON.parse(Buffer.from(header, "base64url"));
const jwk = asked.jwks.keys.find((key) => key.kid === decoded.kid);
const verified =
  jwk !== undefined &&
  decoded.alg === "ES256" &&
  verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
const text = Buffer.from(payload, "base64url").toString("utf8");
process.stdout.write(JSON.stringify({ verified, header: decoded, payload: text }));
