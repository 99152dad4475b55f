"""Signs with a new key of each algorithm, or verifies the given tokens."""

import base64, json, logging, secrets, sys
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives import serialization as form
from jam.jose import JWK, JWT, JWKSet

logging.disable()
CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def number(value, size=None):
    data = value.to_bytes(size or (value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def key_pair(alg):
    if alg.startswith("HS"):
        secret = secrets.token_hex(64)
        k = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
        return secret, secret, {"kty": "oct", "k": k}
    if alg in CURVES:
        key = ec.generate_private_key(CURVES[alg]())
        public, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
        jwk = {"kty": "EC", "crv": f"P-{key.key_size}"}
        jwk |= {"x": number(public.x, size), "y": number(public.y, size)}
    else:
        key = rsa.generate_private_key(65537, 2048)
        public = key.public_key().public_numbers()
        jwk = {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    spki = form.PublicFormat.SubjectPublicKeyInfo
    return private.decode(), key.public_key().public_bytes(form.Encoding.PEM, spki).decode(), jwk


def issue(alg):
    private, key, jwk = key_pair(alg)
    jwks = JWKSet.from_dict({"keys": [{**jwk, "kid": "k"}]}).to_dict()
    jwt = JWT(alg=alg, secret_key=private)
    token = jwt.encode(exp=600, header={"kid": "k"}, payload={"user": 1})
    return {"alg": alg, "key": key, "jwks": jwks, "token": token}


def verify(offer):
    def read(key):
        try:
            jwt = JWT(alg=offer["alg"], secret_key=key)
            return str(jwt.decode(offer["token"])["payload"]["user"])
        except Exception as error:
            return type(error).__name__

    jwk = JWKSet.from_dict(offer["jwks"]).get_by_kid("k")
    return [read(offer["key"]), read(JWK.from_dict(jwk))]


print(json.dumps([globals()[sys.argv[1]](one) for one in json.loads(sys.argv[2])]))
