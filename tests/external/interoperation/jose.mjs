// Signs with a new key of each algorithm, or verifies the given tokens.
import * as jose from "jose";

const bytes = (text) => new TextEncoder().encode(text);
const shared = (alg) => alg.startsWith("HS");

async function issue(alg) {
  let key, jwk, privateKey;
  if (shared(alg)) {
    key = crypto.randomUUID() + crypto.randomUUID();
    privateKey = bytes(key);
    jwk = { kty: "oct", k: jose.base64url.encode(key) };
  } else {
    const pair = await jose.generateKeyPair(alg, { extractable: true });
    privateKey = pair.privateKey;
    key = await jose.exportSPKI(pair.publicKey);
    jwk = await jose.exportJWK(pair.publicKey);
  }
  const claims = new jose.SignJWT({ user: 1 }).setExpirationTime("10m");
  const token = await claims.setProtectedHeader({ alg, kid: "k" }).sign(privateKey);
  return { alg, key, jwks: { keys: [{ ...jwk, kid: "k" }] }, token };
}

async function verify({ alg, key, jwks, token }) {
  const read = async (key) => {
    try {
      const { payload } = await jose.jwtVerify(token, key, { algorithms: [alg] });
      return String(payload.user);
    } catch (error) {
      return error.name;
    }
  };
  const secret = shared(alg);
  return [
    await read(secret ? bytes(key) : await jose.importSPKI(key, alg)),
    // A set is for public keys alone.
    await read(secret ? await jose.importJWK(jwks.keys[0], alg) : jose.createLocalJWKSet(jwks)),
  ];
}

const [what, list] = process.argv.slice(1);
const answers = [];
for (const one of JSON.parse(list)) answers.push(await { issue, verify }[what](one));
console.log(JSON.stringify(answers));
