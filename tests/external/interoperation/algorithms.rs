//! Every algorithm in both directions. A key is passed as PEM, or as the text of a shared secret, and
//! in a JWK set.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jam::token::{Algorithm, KeySet, SigningKey, Verifier, VerifyingKey};
use jam::{Jam, Jwt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{LIBRARIES, User, run};

const JOSE: &str = "jose@6.2.18";

/// A token of user 1, and what it is verified with.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Offer {
    pub(super) alg: String,
    /// A shared secret as text, or a public key as PEM.
    pub(super) key: String,
    /// The key with the id `k`.
    pub(super) jwks: Value,
    pub(super) token: String,
}

impl Offer {
    /// Makes a token with a new key of Jam.
    pub(super) fn of_jam(algorithm: Algorithm) -> Self {
        let text = "a secret of 64 bytes or more, which every one of the HMAC algorithms takes";
        let key = match algorithm.is_symmetric() {
            true => SigningKey::hmac(algorithm, text),
            false => SigningKey::generate(algorithm),
        };
        let key = key.unwrap().with_id("k");
        let public = key.verifying_key();
        let jwt = Jwt::with_key(key);
        let jam = Jam::builder().jwt(jwt).build().unwrap();
        let token = jam.gen_jwt_token(&jam.make_payload(User { user: 1 }));
        let name = algorithm.name();
        let secret = json!({ "kty": "oct", "k": BASE64.encode(text), "kid": "k", "alg": name });
        Self {
            alg: name.to_owned(),
            key: public.to_pem().unwrap_or_else(|| text.to_owned()),
            jwks: json!({ "keys": [public.to_jwk().unwrap_or(secret)] }),
            token: token.unwrap().into_string(),
        }
    }

    /// The token with one bit of its signature flipped.
    pub(super) fn changed(&self) -> Self {
        let (message, signature) = self.token.rsplit_once('.').unwrap();
        let mut signature = BASE64.decode(signature).unwrap();
        let middle = signature.len() / 2;
        signature[middle] ^= 1;
        Self {
            token: format!("{message}.{}", BASE64.encode(signature)),
            ..self.clone()
        }
    }

    /// Jam's answer with the key in each form: the user, or the reason of the rejection.
    pub(super) fn read_by_jam(&self) -> [String; 2] {
        let algorithm = Algorithm::from_name(&self.alg).unwrap();
        let key = match algorithm.is_symmetric() {
            true => VerifyingKey::hmac(algorithm, &self.key),
            false => VerifyingKey::from_pem(algorithm, &self.key),
        };
        let keys = KeySet::from_jwks(&self.jwks.to_string(), &[algorithm]);
        let read = |keys: KeySet| {
            let verifier = Verifier::builder(keys).build().unwrap();
            match verifier.verify::<User>(&self.token) {
                Ok(claims) => claims.user.to_string(),
                Err(error) => error.to_string(),
            }
        };
        [read(key.unwrap().with_id("k").into()), read(keys.unwrap())]
    }
}

/// Checks that Jam accepts `theirs` with both forms of the key, and none of them if it is changed.
pub(super) fn accepted_by_jam(library: &str, theirs: &Offer) {
    let place = format!("{} of {library} to us", theirs.alg);
    assert_eq!(theirs.read_by_jam(), ["1", "1"], "{place}");
    for why in theirs.changed().read_by_jam() {
        assert!(why.contains("Signature"), "{place}, changed: {why}");
    }
}

struct Program<'a> {
    library: &'a str,
    /// Runs a program with the two arguments that follow.
    command: &'a dyn Fn() -> Command,
    /// The library's answer to a token with a changed signature.
    fault: &'a str,
}

impl Program<'_> {
    fn ask<T: for<'a> Deserialize<'a>>(&self, what: &str, list: &impl Serialize) -> Vec<T> {
        let list = serde_json::to_string(list).unwrap();
        serde_json::from_str(&run((self.command)().args([what, &list]))).unwrap()
    }

    fn issue(&self, algorithms: &[Algorithm]) -> Vec<Offer> {
        let names: Vec<_> = algorithms.iter().map(|one| one.name()).collect();
        self.ask("issue", &names)
    }

    fn verify(&self, offers: &[Offer]) -> Vec<[String; 2]> {
        self.ask("verify", &offers)
    }

    fn both_ways(&self, algorithms: &[Algorithm]) {
        let theirs = self.issue(algorithms);
        assert_eq!(theirs.len(), algorithms.len());
        for offer in &theirs {
            accepted_by_jam(self.library, offer);
        }
        self.accepts_ours(algorithms);
    }

    fn accepts_ours(&self, algorithms: &[Algorithm]) {
        let ours: Vec<_> = algorithms.iter().copied().map(Offer::of_jam).collect();
        let changed: Vec<_> = ours.iter().map(Offer::changed).collect();
        for (offers, wanted) in [(ours, "1"), (changed, self.fault)] {
            let read = self.verify(&offers);
            assert_eq!(read.len(), algorithms.len());
            for (offer, read) in offers.iter().zip(read) {
                let place = format!("{} of us to {}", offer.alg, self.library);
                assert_eq!(read, [wanted, wanted], "{place}");
            }
        }
    }
}

pub(crate) fn with_pyjwt(python: &str) {
    let inside = LIBRARIES[2].python(python);
    let program = Program {
        library: LIBRARIES[2].package,
        command: &|| script(&inside, &["-c", include_str!("pyjwt.py")]),
        fault: "InvalidSignatureError",
    };
    program.both_ways(Algorithm::ALL);
}

/// `jamlib` has no EdDSA.
pub(crate) fn with_jamlib(python: &str) {
    let inside = LIBRARIES[1].python(python);
    let program = Program {
        library: LIBRARIES[1].package,
        command: &|| script(&inside, &["-c", include_str!("jamlib.py")]),
        fault: "JamJWSVerificationError",
    };
    let all = Algorithm::ALL.iter().copied();
    let all = all.filter(|one| *one != Algorithm::EdDsa);
    let (pss, others): (Vec<_>, Vec<_>) = all.partition(|one| one.name().starts_with("PS"));
    program.both_ways(&others);
    // It signs PS* with the longest salt possible, where RFC 7518 section 3.5 demands one as long as the
    // hash, and verifies any.
    for theirs in program.issue(&pss) {
        for why in theirs.read_by_jam() {
            assert!(why.contains("Signature"), "{}: {why}", theirs.alg);
        }
    }
    program.accepts_ours(&pss);
}

pub(crate) fn with_jose(node: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("node")
        .join(JOSE);
    if !folder.join("ready").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = ["install", "--silent", "--no-save", "--prefix", "."];
        run(Command::new("npm").args(npm).arg(JOSE).current_dir(&folder));
        std::fs::write(folder.join("ready"), "").unwrap();
    }
    let program = Program {
        library: JOSE,
        command: &|| {
            let flags = ["--input-type=module", "-e", include_str!("jose.mjs")];
            let mut command = script(Path::new(node), &flags);
            // Imports are found from here.
            command.current_dir(&folder);
            command
        },
        fault: "JWSSignatureVerificationFailed",
    };
    program.both_ways(Algorithm::ALL);
}

fn script(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
