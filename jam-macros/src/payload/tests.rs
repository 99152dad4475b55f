use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::snapshot;

fn errors(item: TokenStream) -> Vec<String> {
    snapshot::errors(expand(item))
}

#[test]
fn a_payload_has_marks_and_scopes() {
    snapshot::check(
        "payload",
        expand(quote! {
            #[jam(role = Role, scopes("notes:read", "notes:write"))]
            #[serde(rename_all = "camelCase")]
            pub struct User {
                #[jam(sub)]
                pub user_id: u64,
                pub name: String,
                #[jam(roles)]
                pub roles: Vec<Role>,
                #[jam(scopes)]
                #[serde(rename = "may")]
                pub scopes: Scopes,
                #[serde(flatten)]
                pub rest: Rest,
            }
        }),
    );
}

#[test]
fn a_payload_without_options_has_no_marks() {
    snapshot::check(
        "plain_payload",
        expand(quote! {
            #[jam(crate = auth::jam)]
            struct User<T> where T: Bound { user: u64, data: T }
        }),
    );
}

#[test]
fn a_mistake_leaves_an_impl_without_marks() {
    snapshot::check(
        "payload_after_a_mistake",
        expand(quote!(
            enum User {}
        )),
    );
}

#[test]
fn a_field_has_no_registered_claim() {
    let found = errors(quote! {
        #[serde(rename_all = "lowercase")]
        struct User {
            exp: u64,
            sub: String,
            #[serde(rename = "jti")] id: u64,
            #[serde(rename = "session")] sid: u64,
            #[serde(skip)] iat: u64,
        }
    });
    let taken = |name| format!("`{name}` is a registered claim, which Jam writes itself");
    assert_eq!(found, [taken("exp"), taken("sub"), taken("jti")]);
}

#[test]
fn a_claim_has_one_field() {
    let found = errors(quote! {
        struct User {
            #[jam(sub)] id: u64,
            #[jam(scopes)] scopes: Scopes,
            scope: String,
            #[serde(rename = "x")] a: u8,
            x: u8,
        }
    });
    assert_eq!(
        found,
        [
            "`x` is called \"x\" in the JSON, and so is `a`",
            "`scope` is kept as the claim `scope`, and so is `scopes`",
        ]
    );
}

#[test]
fn one_build_reports_all_mistakes() {
    let found = errors(quote! {
        #[jam(roel = Role, scopes(), scopes("a"))]
        struct User<'a> {
            #[jam(sub)] a: u64,
            #[jam(sub)] b: u64,
            #[jam(roles)] c: Vec<Role>,
            #[jam(role)] d: &'a str,
            #[jam] e: u8,
        }
    });
    assert_eq!(
        found,
        [
            "unknown payload option `roel`",
            "`scopes` names no scope",
            "`scopes` is set twice",
            "unknown payload option `role`",
            "`#[jam]` needs options in parentheses",
            "a payload owns its data, so it has no lifetime",
            "a payload has one `sub` field, and that is `a`",
            "the roles of this payload have no type",
        ]
    );
}
