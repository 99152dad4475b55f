"""Signs with a new key of each algorithm, or verifies the given tokens."""

import json, secrets, sys, time
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def private_key(alg):
    if alg in CURVES:
        return ec.generate_private_key(CURVES[alg]())
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def issue(alg):
    to_jwk = jwt.get_algorithm_by_name(alg).to_jwk
    if alg.startswith("HS"):
        private = key = secrets.token_hex(64)
        jwk = to_jwk(key, as_dict=True)
    else:
        private = private_key(alg)
        public = private.public_key()
        key = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        jwk = to_jwk(public, as_dict=True)
    claims = {"user": 1, "exp": int(time.time()) + 600}
    token = jwt.encode(claims, private, alg, headers={"kid": "k"})
    return {"alg": alg, "key": key, "jwks": {"keys": [{**jwk, "kid": "k"}]}, "token": token}


def verify(offer):
    jwk = jwt.PyJWKSet.from_dict(offer["jwks"])[jwt.get_unverified_header(offer["token"])["kid"]]

    def read(key):
        try:
            return str(jwt.decode(offer["token"], key, algorithms=[offer["alg"]])["user"])
        except jwt.InvalidTokenError as error:
            return type(error).__name__

    return [read(offer["key"]), read(jwk)]


print(json.dumps([globals()[sys.argv[1]](one) for one in json.loads(sys.argv[2])]))
