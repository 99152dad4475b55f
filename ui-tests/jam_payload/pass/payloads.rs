// Types that can be a payload.

use jam::{Access, JamPayload, JamRole, Payload, Scopes, dsl};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Reader,
    SuperAdmin,
    #[serde(rename = "root")]
    Root,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
#[serde(rename_all = "camelCase")]
struct User {
    #[jam(sub)]
    user_id: String,
    #[jam(roles)]
    #[serde(default)]
    all_roles: Vec<Role>,
    #[jam(scopes)]
    #[serde(rename = "may")]
    scopes: Scopes,
    #[serde(skip)]
    exp: u64,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Rest {
    name: String,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct One {
    sub_id: u64,
    r#type: String,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Few {
    #[jam(sub)]
    sub: u64,
    #[jam(roles)]
    role: Option<Role>,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(bound = "R: Serialize + DeserializeOwned")]
struct Of<R>
where
    R: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    data: R,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Nothing {}

const RULE: Access<User> = dsl::user().role(Role::SuperAdmin).scope("notes:write");
const OF: Access<Of<u64>> = dsl::user();

fn main() {
    let user = User {
        user_id: "7".to_owned(),
        all_roles: vec![Role::SuperAdmin],
        scopes: ["notes:read"].into_iter().collect(),
        exp: 0,
        rest: Rest::default(),
    };
    assert_eq!(user.subject().as_deref(), Some("7"));
    assert!(user.has_role(Role::SuperAdmin));
    assert!(!user.has_role(Role::Root));
    assert!(Payload::scopes(&user).is_some_and(|scopes| scopes.contains("notes:read")));
    assert_eq!(User::SCOPES, ["notes:read", "notes:write"]);
    assert_eq!(jam::Role::name(Role::SuperAdmin), "super-admin");
    assert_eq!(jam::Role::name(Role::Root), "root");
    assert_eq!(
        <Role as jam::Role>::ALL,
        [Role::Reader, Role::SuperAdmin, Role::Root]
    );
    let few = Few {
        sub: 7,
        role: Some(Role::Reader),
    };
    assert_eq!(few.subject().as_deref(), Some("7"));
    assert!(few.has_role(Role::Reader));
    let one = One {
        sub_id: 1,
        r#type: String::new(),
    };
    assert_eq!(one.subject(), None);
    let of = Of { data: 1_u64 };
    assert!(of.subject().is_none() && Nothing {}.subject().is_none());
    let _ = (
        RULE,
        OF,
        user.exp,
        of.data,
        one.sub_id,
        one.r#type,
        user.rest.name,
    );
}
