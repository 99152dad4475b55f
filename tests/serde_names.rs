//! The names that the derives read from serde's attributes. They are equal to the names that serde
//! uses, also for unusual identifiers.

use jam::{JamPayload, JamRole, Payload, Role};
use serde::{Deserialize, Serialize};

use crate::support::{jam, part};

/// Asserts that the marked field is written as `sub`. A mark under another name than serde's would
/// have no effect, or another field would become the subject.
fn is_marked<P: Payload>(case: &str, payload: P) {
    let (jam, _) = jam();
    let token = jam.gen_jwt_token(&jam.make_payload(payload));
    let claims = part(token.unwrap().as_str(), 1);
    let claims = claims.as_object().unwrap();
    let own: Vec<_> = claims
        .keys()
        .filter(|name| !["exp", "iat", "jti"].contains(&name.as_str()))
        .collect();
    assert_eq!(own, ["sub"], "{case}");
}

macro_rules! fields {
    ($case:literal: $($module:ident $field:ident)*) => {$(
        mod $module {
            use super::*;

            #[derive(Clone, Serialize, Deserialize, JamPayload)]
            #[serde(rename_all = $case)]
            #[allow(non_snake_case)]
            pub(super) struct User {
                #[jam(sub)]
                pub(super) $field: u64,
            }
        }
        is_marked(concat!($case, " ", stringify!($field)), $module::User { $field: 7 });
    )*};
}

macro_rules! variants {
    ($case:literal) => {{
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
        #[serde(rename_all = $case)]
        #[allow(non_camel_case_types)]
        enum Odd {
            Admin,
            SuperAdmin,
            HTTPAdmin,
            A_B,
            snake_case,
            V2Beta,
            _Hidden,
            r#type,
            XÄrger,
        }
        for role in Odd::ALL {
            let name = serde_json::to_value(role).unwrap();
            assert_eq!(name, role.name(), "{} {role:?}", $case);
        }
    }};
}

macro_rules! in_every_case {
    ($($case:literal)*) => {$({
        fields! { $case:
            a user_id
            b userId
            c Id
            d _id
            e __a__b_
            f r#type
            g HTTPServer
            h grüße_alle
            i a1_2b
        }
        variants!($case);
    })*};
}

#[test]
fn names_are_equal_to_the_names_of_serde() {
    in_every_case! {
        "lowercase" "UPPERCASE" "PascalCase" "camelCase" "snake_case" "SCREAMING_SNAKE_CASE"
        "kebab-case" "SCREAMING-KEBAB-CASE"
    }
}
