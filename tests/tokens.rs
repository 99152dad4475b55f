//! Tokens: the written form, and the checks of a read token.

use std::time::Duration;

use jam::{ErrorKind, Jam, JamPayload, JamRole, Jwt, Scopes, Sessions, token::TokenFault};
use serde::{Deserialize, Serialize};

use crate::support::{
    NOW, SECRET, User, claims, foreign_token, forge, forge_bytes, jam, jam_with, part,
};

fn fault(jam: &Jam, token: &str) -> TokenFault {
    fault_as::<User>(jam, token)
}

fn fault_as<P: jam::Payload>(jam: &Jam, token: &str) -> TokenFault {
    match jam.verify_jwt_token::<P>(token).unwrap_err().kind() {
        ErrorKind::Token(fault) => fault,
        other => panic!("{other:?}"),
    }
}

fn with(jwt: Jwt) -> Jam {
    jam_with(jwt, Sessions::in_memory()).0
}

const HEADER: &str = r#"{"alg":"HS256"}"#;

#[test]
fn a_token_has_flat_claims_whole_seconds_and_a_jti() {
    let (jam, _) = jam();
    let payload = jam.make_payload(User { user: 1 });
    assert_eq!(payload.user, 1);
    let token = jam.gen_jwt_token(&payload).unwrap();
    assert_eq!(
        part(token.as_str(), 0),
        serde_json::json!({"typ": "JWT", "alg": "HS256"})
    );
    let written = part(token.as_str(), 1);
    assert_eq!(written["exp"], NOW + 3600);
    assert_eq!(written["iat"], NOW);
    assert_eq!(written["user"], 1);
    assert_eq!(written["jti"].as_str().unwrap().len(), 22);
    assert_eq!(written.as_object().unwrap().len(), 4, "{written}");
    assert_eq!((token.expires_at(), token.expires_in()), (NOW + 3600, 3600));
    let read = jam.verify_jwt_token::<User>(token.as_str()).unwrap();
    assert_eq!(read.registered().expires_at(), NOW + 3600);
    assert_eq!(read.registered().token_id(), written["jti"].as_str());
    assert_eq!(read.into_inner(), User { user: 1 });
    let other = jam.make_payload(User { user: 1 });
    assert_ne!(
        other.registered().token_id(),
        payload.registered().token_id()
    );
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
#[serde(rename_all = "camelCase")]
struct Full {
    #[jam(sub)]
    account_id: u64,
    display_name: String,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team_name: Option<String>,
    #[serde(default, rename = "https://claims.example/x")]
    namespaced: Vec<u8>,
}

fn full() -> Full {
    Full {
        account_id: 42,
        display_name: "Ann \"\u{1F600}\"".to_owned(),
        roles: vec![Role::Admin],
        scopes: ["notes:read", "notes:write"].into_iter().collect(),
        team_name: None,
        namespaced: vec![1, 2],
    }
}

#[test]
fn marked_fields_have_the_names_of_their_claims_and_serde_attributes_apply() {
    let (jam, _) = jam();
    let token = jam.gen_jwt_token(&jam.make_payload(full())).unwrap();
    let written = part(token.as_str(), 1);
    assert_eq!(
        written["sub"], "42",
        "RFC 7519 section 4.1.2: the subject is a string"
    );
    assert_eq!(written["displayName"], "Ann \"\u{1F600}\"");
    assert_eq!(written["roles"], serde_json::json!(["Admin"]));
    assert_eq!(written["scope"], "notes:read notes:write");
    assert_eq!(
        written["https://claims.example/x"],
        serde_json::json!([1, 2])
    );
    assert!(written.get("teamName").is_none() && written.get("accountId").is_none());
    assert_eq!(
        jam.verify_jwt_token::<Full>(token.as_str())
            .unwrap()
            .into_inner(),
        full()
    );
}

#[test]
fn a_subject_is_read_from_text_or_number_in_one_spelling() {
    let (jam, _) = jam();
    let token = |sub: &str| {
        let rest = r#""displayName":"x","roles":[],"scope":"""#;
        forge(HEADER, &claims(&format!(r#""sub":{sub},{rest}"#)))
    };
    for good in ["42", r#""42""#] {
        let read = jam.verify_jwt_token::<Full>(&token(good)).unwrap();
        assert_eq!(read.account_id, 42, "{good}");
    }
    for bad in [
        "null",
        r#""""#,
        "4.2",
        "-1",
        "true",
        "[42]",
        r#"{"a":1}"#,
        r#""042""#,
        r#""+42""#,
        r#"" 42""#,
        r#""x""#,
        "18446744073709551616",
        r#""18446744073709551616""#,
    ] {
        assert_eq!(
            fault_as::<Full>(&jam, &token(bad)),
            TokenFault::Claims,
            "{bad}"
        );
    }
}

#[test]
fn a_marked_field_is_not_read_by_its_field_name() {
    let (jam, _) = jam();
    let both = r#""accountId":1,"sub":"2","displayName":"x","roles":[],"scope":"""#;
    let read = jam
        .verify_jwt_token::<Full>(&forge(HEADER, &claims(both)))
        .unwrap();
    assert_eq!(read.account_id, 2);
    let own_name = r#""accountId":1,"displayName":"x","roles":[],"scope":"""#;
    assert_eq!(
        fault_as::<Full>(&jam, &forge(HEADER, &claims(own_name))),
        TokenFault::Claims
    );
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
struct Open {
    #[jam(sub)]
    name: String,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, serde_json::Value>,
}

#[test]
fn a_flattened_map_cannot_add_a_registered_claim() {
    let (jam, _) = jam();
    let mut open = Open {
        name: "7".to_owned(),
        rest: [("a".to_owned(), serde_json::json!({"b": [1]}))].into(),
    };
    let token = jam.gen_jwt_token(&jam.make_payload(open.clone())).unwrap();
    assert_eq!(
        jam.verify_jwt_token::<Open>(token.as_str())
            .unwrap()
            .into_inner(),
        open
    );
    let number = forge(HEADER, &claims(r#""sub":7"#));
    assert_eq!(jam.verify_jwt_token::<Open>(&number).unwrap().name, "7");
    for claim in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "auth_time",
        "cnf",
    ] {
        open.rest = [(claim.to_owned(), serde_json::json!(9_999_999_999_u64))].into();
        let error = jam
            .gen_jwt_token(&jam.make_payload(open.clone()))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Payload, "{claim}");
        assert!(error.to_string().contains(claim), "{error}");
    }
}

#[test]
fn times_are_compared_exactly_to_the_second() {
    let (jam, _) = jam();
    let at = |members: &str| forge(HEADER, &format!(r#"{{{members},"user":1}}"#));
    let good = |members: String| {
        let read = jam.verify_jwt_token::<User>(&at(&members));
        assert!(read.is_ok(), "{members}: {read:?}");
    };
    let bad = |members: String, wanted: TokenFault| {
        assert_eq!(fault(&jam, &at(&members)), wanted, "{members}");
    };
    good(format!(r#""exp":{}"#, NOW + 1));
    good(format!(r#""exp":{}.9"#, NOW + 1));
    good(r#""exp":1.8000006e9"#.to_owned());
    good(r#""exp":18446744073709551616"#.to_owned());
    bad(format!(r#""exp":{NOW}"#), TokenFault::Expired);
    bad(r#""exp":-1"#.to_owned(), TokenFault::Expired);
    for missing in [
        r#""exp":null"#,
        r#""exp":"1800000600""#,
        r#""exp":[1800000600]"#,
        r#""x":1"#,
    ] {
        bad(missing.to_owned(), TokenFault::Claims);
    }
    let exp = NOW + 600;
    good(format!(r#""exp":{exp},"nbf":{NOW},"iat":{NOW}"#));
    bad(
        format!(r#""exp":{exp},"nbf":{}"#, NOW + 1),
        TokenFault::NotYetValid,
    );
    bad(
        format!(r#""exp":{exp},"iat":{}"#, NOW + 6),
        TokenFault::NotYetValid,
    );
    bad(
        format!(r#""exp":{exp},"auth_time":{}"#, NOW + 6),
        TokenFault::NotYetValid,
    );
    bad(format!(r#""exp":{exp},"nbf":null"#), TokenFault::Claims);

    let lenient = with(Jwt::hs256(SECRET).leeway(Duration::from_secs(60)));
    let late = at(&format!(r#""exp":{}"#, NOW - 59));
    assert!(lenient.verify_jwt_token::<User>(&late).is_ok());
    assert_eq!(
        fault(&lenient, &at(&format!(r#""exp":{}"#, NOW - 60))),
        TokenFault::Expired
    );
}

#[test]
fn issuer_and_audience_are_compared_exactly() {
    let (jam, _) = jam();
    let token = |members: &str| forge(HEADER, &claims(&format!(r#"{members},"user":1"#)));
    // RFC 7519 section 4.1.3: a recipient that `aud` does not name must reject the token.
    assert_eq!(fault(&jam, &token(r#""aud":"api""#)), TokenFault::Audience);
    assert!(
        jam.verify_jwt_token::<User>(&token(r#""iss":"anyone""#))
            .is_ok()
    );

    let strict = with(
        Jwt::hs256(SECRET)
            .issuer("https://id.example")
            .audience("api"),
    );
    let own = strict
        .gen_jwt_token(&strict.make_payload(User { user: 1 }))
        .unwrap();
    assert!(strict.verify_jwt_token::<User>(own.as_str()).is_ok());
    let both = r#""iss":"https://id.example","aud":["x","api"]"#;
    assert!(strict.verify_jwt_token::<User>(&token(both)).is_ok());
    for iss in ["https://id.example/", "https://ID.example", "x"] {
        let members = format!(r#""iss":"{iss}","aud":"api""#);
        assert_eq!(fault(&strict, &token(&members)), TokenFault::Issuer);
    }
    assert_eq!(fault(&strict, &token(r#""aud":"api""#)), TokenFault::Issuer);
    for aud in [
        r#""aud":"apis""#,
        r#""aud":"ap""#,
        r#""aud":["x"]"#,
        r#""x":1"#,
    ] {
        let members = format!(r#""iss":"https://id.example",{aud}"#);
        assert_eq!(fault(&strict, &token(&members)), TokenFault::Audience);
    }
    for aud in [
        r#""aud":"""#,
        r#""aud":[]"#,
        r#""aud":["api",1]"#,
        r#""aud":null"#,
    ] {
        let members = format!(r#""iss":"https://id.example",{aud}"#);
        assert_eq!(fault(&strict, &token(&members)), TokenFault::Claims);
    }
    let members = r#""iss":["https://id.example"],"aud":"api""#;
    assert_eq!(fault(&strict, &token(members)), TokenFault::Claims);
}

#[test]
fn every_invalid_header_is_rejected() {
    let (jam, _) = jam();
    let token = |header: &str| forge(header, &claims(r#""user":1"#));
    for good in [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"jwt","alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"application/JWT"}"#,
        "{\"alg\": \"HS256\",\r\n \"typ\":\"JWT\"}",
        r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"x5u":"http://127.0.0.1:9/"}"#,
    ] {
        assert!(jam.verify_jwt_token::<User>(&token(good)).is_ok(), "{good}");
    }
    for bad in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS384"}"#,
        r#"{"alg":"HS256 "}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":null}"#,
        r#"{"typ":"JWT"}"#,
        "{}",
        "[]",
        r#"["HS256"]"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","enc":"A256GCM"}"#,
        r#"{"alg":"HS256","zip":"DEF"}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","kid":["k"]}"#,
        r#"{"alg":"HS256","typ":null}"#,
        "\u{feff}{\"alg\":\"HS256\"}",
        "null",
        "",
    ] {
        let fault = fault(&jam, &token(bad));
        assert!(
            matches!(fault, TokenFault::Header | TokenFault::Malformed),
            "{bad}: {fault:?}"
        );
    }
    for other in ["at+jwt", "refresh+jwt", "dpop+jwt", "id+jwt", "JWT;x=1", ""] {
        let header = format!(r#"{{"alg":"HS256","typ":"{other}"}}"#);
        assert_eq!(fault(&jam, &token(&header)), TokenFault::Type, "{other}");
    }
    let deep = format!(
        r#"{{"alg":"HS256","x":{}1{}}}"#,
        "[".repeat(65),
        "]".repeat(65)
    );
    assert_eq!(fault(&jam, &token(&deep)), TokenFault::Header);
}

#[test]
fn a_key_with_an_id_accepts_only_that_id() {
    let named = with(Jwt::hs256(SECRET).key_id("k1"));
    let token = |kid: &str| {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        forge(&header, &claims(r#""user":1"#))
    };
    let own = named
        .gen_jwt_token(&named.make_payload(User { user: 1 }))
        .unwrap();
    assert_eq!(part(own.as_str(), 0)["kid"], "k1");
    assert!(named.verify_jwt_token::<User>(own.as_str()).is_ok());
    assert!(named.verify_jwt_token::<User>(&token("k1")).is_ok());
    assert!(named.verify_jwt_token::<User>(&foreign_token()).is_ok());
    for other in ["K1", "k1 ", "", "k2", "../../dev/null", "x' OR 1=1;--"] {
        assert_eq!(fault(&named, &token(other)), TokenFault::Key, "{other}");
    }
    assert_eq!(fault(&jam().0, &token("k1")), TokenFault::Key);
}

#[test]
fn the_token_type_can_be_required() {
    let access = with(Jwt::hs256(SECRET).token_type("at+jwt"));
    let own = access
        .gen_jwt_token(&access.make_payload(User { user: 1 }))
        .unwrap();
    assert_eq!(part(own.as_str(), 0)["typ"], "at+jwt");
    let token = |typ: &str| {
        forge(
            &format!(r#"{{"alg":"HS256"{typ}}}"#),
            &claims(r#""user":1"#),
        )
    };
    for good in [
        r#","typ":"AT+JWT""#,
        r#","typ":"application/at+jwt""#,
        r#","typ":"APPLICATION/at+jwt""#,
    ] {
        assert!(
            access.verify_jwt_token::<User>(&token(good)).is_ok(),
            "{good}"
        );
    }
    for bad in [
        "",
        r#","typ":"JWT""#,
        r#","typ":"applicationsat+jwt""#,
        r#","typ":"application/application/at+jwt""#,
        r#","typ":"text/plain/at+jwt""#,
    ] {
        assert_eq!(fault(&access, &token(bad)), TokenFault::Type, "{bad}");
    }
}

#[test]
fn a_duplicate_name_is_rejected_at_every_depth() {
    let (jam, _) = jam();
    for twice in [
        r#""user":1,"user":2"#,
        r#""user":1,"x":1,"x":1"#,
        r#""user":1,"x":{"a":1,"a":2}"#,
        r#""user":1,"x":[{"a":[{"b":1,"b":2}]}]"#,
        r#""user":1,"\u0075ser":2"#,
        r#""user":1,"exp":9999999999"#,
        r#""user":1,"iat":1,"iat":2"#,
    ] {
        let token = forge(HEADER, &claims(twice));
        assert_eq!(fault(&jam, &token), TokenFault::Claims, "{twice}");
    }
    let fine = r#""user":1,"x":{"a":{"a":1}},"y":[{"a":1},{"a":2}],"b":"{{[[""#;
    assert!(
        jam.verify_jwt_token::<User>(&forge(HEADER, &claims(fine)))
            .is_ok()
    );
}

#[test]
fn claims_must_be_one_json_object_in_utf_8() {
    let (jam, _) = jam();
    let good = claims(r#""user":1"#);
    for bad in [
        String::new(),
        "null".to_owned(),
        format!("[{good}]"),
        format!("{good}x"),
        format!("{good}{good}"),
        good.replace(r#""user":1"#, r#""user":1,"#),
        good.replace('"', "'"),
        format!("/**/{good}"),
        format!("\u{feff}{good}"),
        claims(&format!(
            r#""user":1,"x":{}1{}"#,
            "[".repeat(65),
            "]".repeat(65)
        )),
        claims(&format!(r#""user":1,"x":{}"#, "[".repeat(2000))),
        claims(&format!(
            r#""user":1,"x":{}1{}"#,
            r#"{"a":"#.repeat(300),
            "}".repeat(300)
        )),
    ] {
        let token = forge(HEADER, &bad);
        assert!(
            matches!(
                fault(&jam, &token),
                TokenFault::Claims | TokenFault::Malformed
            ),
            "{bad}"
        );
    }
    let invalid = forge_bytes(
        HEADER.as_bytes(),
        &[good.trim_end_matches('}').as_bytes(), b",\"x\":\"\xff\"}"].concat(),
        SECRET.as_bytes(),
    );
    assert_eq!(fault(&jam, &invalid), TokenFault::Claims);
}

#[test]
fn a_token_above_the_size_limit_is_not_read_and_not_written() {
    let (jam, _) = jam();
    let huge = "A".repeat(2 * 1024 * 1024);
    let token = foreign_token();
    let (_, rest) = token.split_once('.').unwrap();
    for bad in [
        format!("{huge}.{rest}"),
        ".".repeat(1_000_000),
        format!("{token}{huge}"),
        forge(
            &format!(r#"{{"alg":"HS256","x":"{}"}}"#, "a".repeat(2048)),
            &claims(r#""user":1"#),
        ),
    ] {
        assert_eq!(fault(&jam, &bad), TokenFault::Malformed);
    }
    let big = Open {
        name: "x".repeat(7000),
        rest: Default::default(),
    };
    let error = jam.gen_jwt_token(&jam.make_payload(big)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);
}

#[test]
fn a_single_token_can_have_its_own_lifetime() {
    let (jam, clock) = jam();
    let payload = jam
        .make_payload(User { user: 1 })
        .with_lifetime(Duration::from_secs(5));
    let token = jam.gen_jwt_token(&payload).unwrap();
    assert_eq!(token.expires_in(), 5);
    clock.advance(4);
    assert!(jam.verify_jwt_token::<User>(token.as_str()).is_ok());
    clock.advance(1);
    assert_eq!(fault(&jam, token.as_str()), TokenFault::Expired);
    let forever = jam
        .make_payload(User { user: 1 })
        .with_lifetime(Duration::MAX);
    let token = jam.gen_jwt_token(&forever).unwrap();
    assert!(jam.verify_jwt_token::<User>(token.as_str()).is_ok());
    let cookie = format!("{:?}", jam.jwt_cookie("jwt", token));
    assert!(
        cookie.contains("max_age: 34560000"),
        "400 days are the maximum: {cookie}"
    );
}

#[test]
fn every_operation_reports_a_missing_backend() {
    let jam = Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .unwrap();
    let payload = jam.make_payload(User { user: 1 });
    assert_eq!(payload.registered().expires_at(), 0);
    assert_eq!(
        jam.gen_jwt_token(&payload).unwrap_err().kind(),
        ErrorKind::BackendMissing
    );
    let error = jam.verify_jwt_token::<User>("a.b.c").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackendMissing);
    assert!(error.to_string().contains(".jwt("), "{error}");
}

/// Returns a token of `token` bytes whose encoded header has `header` characters.
fn of_size(header: usize, token: usize) -> String {
    // Base64url text never has a length of 4n + 1. The other part takes the remaining character.
    let padded = |text: &str, length: usize| {
        let spaces = (length / 4 * 3 + (length % 4).saturating_sub(1)) - text.len();
        format!("{text}{}", " ".repeat(spaces))
    };
    let header = padded(HEADER, header);
    let encoded = header.len().div_ceil(3) * 4 - (3 - header.len() % 3) % 3;
    let payload = token - encoded - 43 - 2;
    forge(&header, &padded(&claims(r#""user":1"#), payload))
}

#[test]
fn the_size_limits_are_exact() {
    let (jam, _) = jam();
    for (header, size, good) in [
        (20, 8191, true),
        (20, 8192, true),
        (20, 8193, false),
        (2047, 8190, true),
        (2048, 8192, true),
        (2050, 8190, false),
    ] {
        let token = of_size(header, size);
        assert_eq!(token.len(), size);
        assert_eq!(token.find('.'), Some(header));
        let read = jam
            .verify_jwt_token::<User>(&token)
            .map_err(|error| error.kind());
        let right = match good {
            true => Ok(User { user: 1 }),
            false => Err(ErrorKind::Token(TokenFault::Malformed)),
        };
        assert_eq!(
            read.map(|claims| claims.into_inner()),
            right,
            "{header} {size}"
        );
    }
}

#[test]
fn the_longest_accepted_token_can_be_issued() {
    let (jam, _) = jam();
    let of = |length: usize| {
        let name = "x".repeat(length);
        let rest = Default::default();
        jam.gen_jwt_token(&jam.make_payload(Open { name, rest }))
    };
    let longest = (5800..6200)
        .rev()
        .find_map(|length| of(length).ok())
        .unwrap();
    assert_eq!(longest.as_str().len(), 8192);
    assert!(jam.verify_jwt_token::<Open>(longest.as_str()).is_ok());
}

#[test]
fn registered_claims_are_returned_as_read() {
    let jwt = Jwt::hs256(SECRET)
        .issuer("https://id.example")
        .audience("api");
    let jam = with(jwt);
    let members =
        r#""user":1,"iss":"https://id.example","aud":["web","api"],"sub":"ann","jti":"t1""#;
    let times = format!(
        r#""iat":{},"nbf":{},"auth_time":{}"#,
        NOW - 3,
        NOW - 2,
        NOW - 4
    );
    let token = forge(HEADER, &claims(&format!("{members},{times}")));
    let read = jam.verify_jwt_token::<User>(&token).unwrap();
    let read = read.registered();
    assert_eq!(read.expires_at(), NOW + 600);
    assert_eq!(read.issued_at(), Some(NOW - 3));
    assert_eq!(read.not_before(), Some(NOW - 2));
    assert_eq!(read.auth_time(), Some(NOW - 4));
    assert_eq!(read.token_id(), Some("t1"));
    assert_eq!(read.issuer(), Some("https://id.example"));
    assert_eq!(read.subject(), Some("ann"));
    assert_eq!(read.audience().collect::<Vec<_>>(), ["web", "api"]);

    let least = with(Jwt::hs256(SECRET))
        .verify_jwt_token::<User>(&foreign_token())
        .unwrap();
    let least = least.registered();
    assert_eq!(least.expires_at(), NOW + 600);
    let times = [least.issued_at(), least.not_before(), least.auth_time()];
    assert_eq!(times, [None; 3]);
    assert_eq!(
        [least.token_id(), least.issuer(), least.subject()],
        [None; 3]
    );
    assert_eq!(least.audience().count(), 0);
}

#[test]
fn a_subject_is_text_or_a_whole_number() {
    let (jam, _) = jam();
    let token = |sub: &str| forge(HEADER, &claims(&format!(r#""user":1,"sub":{sub}"#)));
    for (good, text) in [
        ("\"ann\"", "ann"),
        ("7", "7"),
        ("-7", "-7"),
        ("\"7.5\"", "7.5"),
    ] {
        let read = jam.verify_jwt_token::<User>(&token(good)).unwrap();
        assert_eq!(read.registered().subject(), Some(text));
    }
    for bad in ["\"\"", "7.5", "1e3", "true", "null", "[]", "{}"] {
        assert_eq!(fault(&jam, &token(bad)), TokenFault::Claims, "{bad}");
    }
}

/// Payloads with a custom serde implementation that wraps the derived one.
mod wrapped {
    use serde::{Deserializer, Serializer};

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Inner {
        id: u64,
        name: String,
    }

    macro_rules! wrapped {
        ($($name:ident: $wrapped:ty = $wrap:expr,)*) => {$(
            #[derive(Clone, Debug, PartialEq, JamPayload)]
            pub(super) struct $name {
                #[jam(sub)]
                pub(super) id: u64,
                pub(super) name: String,
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let (id, name) = (self.id, self.name.clone());
                    let wrapped: $wrapped = ($wrap)(Inner { id, name });
                    wrapped.serialize(serializer)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let Inner { id, name } = Inner::deserialize(deserializer)?;
                    Ok(Self { id, name })
                }
            }
        )*};
    }

    #[derive(Serialize)]
    struct Newtype(Inner);

    wrapped! {
        InOption: Option<Inner> = Some,
        InNewtype: Newtype = Newtype,
        InBox: Box<Inner> = Box::new,
        InList: Vec<Inner> = |inner| vec![inner],
        InVariant: Result<Inner, ()> = Ok,
        InNothing: Option<Inner> = |_| None,
    }
}

#[test]
fn a_wrapped_payload_is_one_object() {
    use wrapped::{InBox, InList, InNewtype, InNothing, InOption, InVariant};

    let (jam, _) = jam();
    macro_rules! issue {
        ($name:ident) => {{
            let payload = $name {
                id: 7,
                name: "ann".to_owned(),
            };
            jam.gen_jwt_token(&jam.make_payload(payload))
        }};
    }
    for token in [issue!(InOption), issue!(InNewtype), issue!(InBox)] {
        let token = token.unwrap();
        let written = part(token.as_str(), 1);
        assert_eq!(
            (&written["sub"], &written["name"]),
            (&"7".into(), &"ann".into())
        );
        assert!(written.get("id").is_none(), "{written}");
    }
    let token = issue!(InOption).unwrap();
    let read = jam.verify_jwt_token::<InOption>(token.as_str()).unwrap();
    assert_eq!((read.id, read.name.as_str()), (7, "ann"));
    for refused in [issue!(InList), issue!(InVariant), issue!(InNothing)] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Payload);
        assert!(error.to_string().contains("JSON object"), "{error}");
    }
}
