//! A program that signs and verifies tokens with any set of `jsonwebtoken` providers.

use jam::{ErrorKind, Jam, JamPayload, Jwt, Sessions, token::TokenFault};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    id: u64,
    ratio: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
struct Wide {
    #[jam(sub)]
    id: u128,
}

/// `{"exp":4102444800,"iat":1.5,"sub":7,"ratio":5e-1}`
const THEIRS: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MS41LCJzdWIiOjcsInJhdGlvIjo1ZS0xfQ.1uTxqlS6L2X2hRXsJxLdeCKozpw4d8GaXAWuJ0CE2_U";

/// Two tokens in which a map stands for a number. The claims are
/// `{"exp":4102444800,"sub":{"$serde_json::private::Number":"7"},"ratio":5e-1}`. The second token
/// escapes the first character of the name. With `arbitrary_precision`, serde_json passes numbers
/// in this form.
const MAPS_FOR_NUMBERS: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6eyIkc2VyZGVfanNvbjo6cHJpdmF0ZTo6TnVtYmVyIjoiNyJ9LCJyYXRpbyI6NWUtMX0.4mjhL0Q3HDgAHOV4-D7IdMXHbDzDjlpbt-wwXQN0eNI",
    "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6eyJcdTAwMjRzZXJkZV9qc29uOjpwcml2YXRlOjpOdW1iZXIiOiI3In0sInJhdGlvIjo1ZS0xfQ.hwuzHF90LFOcX3RgBVLKR-wHj3HCZSqdN2OZXH7uI9E",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The functions of `jsonwebtoken` panic here. This shows that no provider is selected.
    let own_way = std::panic::catch_unwind(|| {
        let key = jsonwebtoken::EncodingKey::from_secret(&[0; 32]);
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &0, &key)
    });
    assert!(own_way.is_err(), "a provider is selected");

    let jam = Jam::builder().jwt(Jwt::hs256_random()).sessions(Sessions::in_memory()).build()?;
    let user = User { id: 7, ratio: 0.5 };
    let token = jam.gen_jwt_token(&jam.make_payload(user.clone()))?;
    assert_eq!(jam.verify_jwt_token::<User>(token.as_str())?.into_inner(), user);

    // Numbers from another issuer, in each position where a number is allowed.
    let theirs = Jam::builder().jwt(Jwt::hs256("a secret that is at least 32 bytes")).build()?;
    assert_eq!(theirs.verify_jwt_token::<User>(THEIRS)?.into_inner(), user);
    for token in MAPS_FOR_NUMBERS {
        let error = theirs.verify_jwt_token::<User>(token).err().ok_or("a map is the subject")?;
        assert_eq!(error.kind(), ErrorKind::Token(TokenFault::Claims));
    }

    // A number that only serde_json keeps exactly.
    let wide = Wide { id: u128::MAX };
    let token = jam.gen_jwt_token(&jam.make_payload(wide.clone()))?;
    assert_eq!(jam.verify_jwt_token::<Wide>(token.as_str())?.into_inner(), wide);

    let session = jam.create_session("7", &user).await?;
    let read = jam.get_session::<User>(&session).await?.ok_or("no session")?;
    assert_eq!(read.into_inner(), user);

    // Development mode is available only in debug builds.
    let development = Jam::builder().sessions(Sessions::in_memory());
    let development = development.development("127.0.0.1:3000".parse()?).build();
    match (cfg!(debug_assertions), development) {
        (true, Ok(_)) => {}
        (false, Err(error)) => assert!(error.to_string().contains("release build"), "{error}"),
        (debug, other) => panic!("debug {debug}: {other:?}"),
    }
    println!("signed, verified and remembered");
    Ok(())
}
