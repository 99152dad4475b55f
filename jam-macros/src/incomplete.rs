//! Tests with incomplete code: an editor expands macros while the user types, so no input may
//! cause a panic.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

/// Returns variants of the tokens: without one of them, with one of them twice, and up to one of
/// them, at all depths.
fn variants(tokens: &TokenStream) -> Vec<TokenStream> {
    let whole: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut variants = Vec::new();
    for (at, token) in whole.iter().enumerate() {
        let (before, after) = (&whole[..at], &whole[at + 1..]);
        let with = |middle: &[TokenTree]| {
            let parts = [before, middle, after].concat();
            parts.into_iter().collect::<TokenStream>()
        };
        variants.push(with(&[]));
        variants.push(with(&[token.clone(), token.clone()]));
        variants.push(before.iter().cloned().collect());
        if let TokenTree::Group(group) = token {
            for inner in self::variants(&group.stream()) {
                variants.push(with(&[Group::new(group.delimiter(), inner).into()]));
            }
        }
    }
    variants
}

#[test]
fn an_incomplete_attribute_does_not_panic() {
    let item = quote! {
        #[doc = "x"]
        pub async fn me<D: Db>(mut user: Option<Auth<User>>, Json(x): Json<u8>) -> Result<impl R, E>
        where
            D: Clone,
        {
            Ok(x)
        }
    };
    let args = quote! {
        backend = "jwt", cookie, header = "x-id", optional, role(Role::A), any_role(Role::A, B),
        scope("a", "b"), hide, fresh = "5m", login = "/login",
        any(jwt(cookie = "a", hide), session, backend(A<B>, hide)), backend(A::B), policy(own, p), state = App<S>,
        public = "why", payload(#[jam(sub)] user: HashMap<u64, u64>), crate = self::jam, WEB
    };
    for args in variants(&args) {
        crate::handler::expand(args, &item);
    }
    for item in variants(&item) {
        crate::handler::expand(quote!(backend = "jwt", optional), &item);
        crate::handler::expand(quote!(WEB), &item);
    }
}

#[test]
fn an_incomplete_table_does_not_panic() {
    let table = quote! {
        public("why") = [get("/a/{b}", pages::about::<A, B>), any("/x", |x| async move { x })],
        user::<User>().optional() = { post("/b", b).role(Role::A).policy(c, d) },
        RULE = [mount("/m", m()).hide().fresh(minutes(5))],
        declared() = (put("/c", c)),
        merge(other::routes()),
        get("/d", d),
    };
    for table in variants(&table) {
        crate::routes::expand(table);
    }
}

#[test]
fn incomplete_derives_do_not_panic() {
    let payload = quote! {
        #[jam(role = Role, scopes("a", "b"), crate = self::jam)]
        #[serde(rename_all = "camelCase")]
        pub struct User<T: Clone> where T: Copy {
            #[jam(sub)] #[serde(rename(serialize = "a", deserialize = "b"))] id: u64,
            #[jam(roles)] roles: Vec<Role>,
            #[jam(scopes)] scopes: Scopes,
            data: T,
        }
    };
    let role = quote! {
        #[serde(rename_all = "lowercase")]
        enum Role { #[serde(rename = "r")] Reader, Admin { a: u8 } }
    };
    for item in variants(&payload).into_iter().chain(variants(&role)) {
        crate::payload::expand(item.clone());
        crate::role::expand(item);
    }
}
