use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use crate::snapshot;

fn errors(args: TokenStream, item: &TokenStream) -> Vec<String> {
    snapshot::errors(expand(args, item))
}

#[test]
fn the_rule_of_a_cookie_is_in_the_type_of_the_caller() {
    let item = quote! {
        /// Who am I?
        #[instrument(skip_all)]
        pub async fn get_user(user: Auth<User>, Path(id): Path<u64>) -> Json<User> {
            body half typed.
        }
    };
    let args = quote!(backend = "jwt", cookie = "jwt");
    snapshot::check("jwt_cookie", without_body(expand(args, &item)));
}

#[test]
fn every_option_is_in_the_rule() {
    let item = quote! {
        async fn edit<D: Db, const N: usize>(mut user: jam::Auth<User>, db: State<D>) -> impl IntoResponse
        where
            D: Clone,
        {
        }
    };
    let args = quote! {
        backend = "session", header = "x-id", cookie, hide, scope("a", "b"), fresh = "5m",
        login = "/login",
        any_role(Role::A, Role::B), role(Role::C), crate = crate::auth::jam,
    };
    snapshot::check("every_option", expand(args, &item));
}

#[test]
fn any_lists_backends() {
    let item = quote!(
        async fn me(_: Auth<User>) {}
    );
    let args = quote! {
        any(jwt, session(cookie = "sid", hide, fresh = "90s", role(Role::A)), jwt(cookie)),
        scope("a"), login = "/login"
    };
    snapshot::check("any", expand(args, &item));
}

#[test]
fn policies_have_an_impl_of_their_own() {
    let item = quote!(
        async fn update(user: Auth<User>, State(app): State<App>) {}
    );
    let args = quote! {
        any(jwt, backend(keys::ApiKeys<A, B>, header = "x-api-key")), policy(note_owner, paid)
    };
    snapshot::check("policies", expand(args, &item));
}

#[test]
fn a_public_handler_returns_open() {
    let item = quote! {
        /// Up?
        pub async fn health<D: Db>(State(db): State<D>) -> &'static str { "ok" }
    };
    snapshot::check("public", expand(quote!(public = "health probe"), &item));
}

#[test]
fn backends_and_policies_are_checked() {
    let of = |args| {
        errors(
            args,
            &quote!(
                async fn me(_: Auth<User>) {}
            ),
        )
    };
    assert_eq!(
        of(quote!(backend("jwt"))),
        ["`backend(..)` takes the type of a backend of your own"]
    );
    assert_eq!(of(quote!(backend())), ["`backend` names no backend"]);
    assert_eq!(of(quote!(backend(1 + 1))), ["`backend(..)` takes one type"]);
    assert_eq!(
        of(quote!(any(jwt, backend, backend(Keys, jwt)))),
        ["`backend` names no backend", "unknown option `jwt`"]
    );
    assert_eq!(of(quote!(WEB, policy())), ["`policy` names no policy"]);
    assert_eq!(
        of(quote!(WEB, policy(own))),
        ["the state of the router that asks this policy is not known here"]
    );
    assert_eq!(
        of(quote!(WEB, state = App)),
        ["`state` is the router's state for policies, and there is none"]
    );
    assert_eq!(
        of(quote!(WEB, policy = own, state = "App")),
        [
            "`policy` takes its value in parentheses",
            "`state` takes a type",
        ]
    );
    assert_eq!(of(quote!(WEB, policy(own), state = App<A, B>)), [""; 0]);
    let two = quote!(
        async fn me(_: Auth<User>, State(a): State<A>, State(b): State<B>) {}
    );
    assert_eq!(
        errors(quote!(WEB, policy(own)), &two),
        ["the state of the router that asks this policy is not known here"]
    );
}

#[test]
fn public_is_checked() {
    let item = quote!(
        async fn health() {}
    );
    assert_eq!(
        errors(quote!(public = " "), &item),
        ["an open route needs a reason"]
    );
    assert_eq!(errors(quote!(public), &item), ["`public` needs a value"]);
    assert_eq!(
        errors(
            quote!(public = "why", backend = "jwt", hide, crate = jam),
            &item
        ),
        [
            "`backend` cannot stand beside `public`",
            "`hide` cannot stand beside `public`"
        ]
    );
    assert_eq!(
        errors(quote!(WEB, public = "why"), &item),
        ["`WEB` cannot stand beside `public`"]
    );
    let caller = quote!(
        fn health(&self, user: Option<Auth<User>>) {}
    );
    assert_eq!(
        errors(quote!(public = "why"), &caller),
        [
            "handler `health` must be async",
            "handler `health` cannot take `self`",
            "a public handler has no caller",
        ]
    );
}

#[test]
fn any_is_checked() {
    let of = |args| {
        errors(
            args,
            &quote!(
                async fn me(_: Auth<User>) {}
            ),
        )
    };
    assert_eq!(
        of(quote! {
            any(jtw, jwt = "a", "session", jwt(hide, hide, login = "/", backend = "jwt", coookie, A::B)),
            backend = "jwt", cookie = "a"
        }),
        [
            "unknown backend `jtw`",
            "an entry of `any` is a backend with its options in parentheses",
            "an entry of `any` names a backend",
            "`hide` is set twice",
            "`login` belongs to the whole rule",
            "`jwt` names the backend of this entry",
            "unknown option `coookie`",
            "`jwt` takes options",
            "`backend` cannot stand beside `any`",
            "`cookie` cannot stand beside `any`",
        ]
    );
    assert_eq!(of(quote!(any())), ["`any` names no backend"]);
    assert_eq!(
        of(quote!(any(backend(Keys, header = "x")))),
        ["`any` has one entry, which is no choice"]
    );
    assert_eq!(
        of(quote!(any(
            jwt,
            session(cookie),
            backend(A),
            backend(B),
            backend(C),
            jwt
        ))),
        ["`any` takes four entries at most"]
    );
    assert_eq!(
        of(quote!(any(jwt(cookie), session(cookie = "__Host-jwt")))),
        ["two backends cannot read the same place"]
    );
    assert_eq!(
        of(quote!(any(backend(Keys, cookie), jwt))),
        ["a custom backend has no default cookie"]
    );
    assert_eq!(
        of(quote!(any(jwt))),
        ["`any` has one entry, which is no choice"]
    );
    assert_eq!(
        of(quote!(any(jwt, jwt, jwt, jwt, session, session))),
        ["`any` takes four entries at most"]
    );
    assert_eq!(
        of(quote!(any(jwt(role(A)), session), optional, fresh = "5m")),
        [
            "`optional` admits anonymous requests, and `Auth<User>` requires a caller",
            "`role` cannot stand beside `optional`",
            "`fresh` cannot stand beside `optional`",
        ]
    );
}

#[test]
fn a_constant_is_the_rule() {
    let item = quote!(
        async fn me(_: Auth<User>) {}
    );
    let args = quote!(self::rules::WEB);
    snapshot::check("constant", expand(args, &item));
}

#[test]
fn an_optional_handler_returns_answered() {
    let item = quote! {
        async fn home(Caller { name, .. }: Option<Auth<User>>, id: Path<u64>) -> Result<impl IntoResponse, Error> {
            Ok(id?)
        }
    };
    let args = quote!(backend = "jwt", optional);
    snapshot::check("optional", expand(args, &item));
}

#[test]
fn the_attribute_declares_a_payload() {
    let item = quote!(
        pub async fn get_user(user: Auth<GetUserPayload>) {}
    );
    let args = quote! {
        backend = "jwt",
        payload(#[jam(sub)] user: u64, names: HashMap<String, String>),
        crate = renamed
    };
    snapshot::check("own_payload", expand(args, &item));
}

#[test]
fn a_mistake_leaves_the_handler_unchanged() {
    let item = quote!(
        pub async fn me(user: Auth<User>) {}
    );
    snapshot::check("after_a_mistake", expand(quote!(bakcend = "jwt"), &item));
}

#[test]
fn a_renamed_crate_is_never_named_jam() {
    let item = quote!(
        async fn home(_: Option<Auth<HomePayload>>) -> Html<String> {}
    );
    let args = quote!(backend = "jwt", optional, payload(a: u8), crate = renamed);
    let expansion = expand(args, &item);
    assert!(!crate::tokens::text::of(&expansion).contains("::jam::"));
}

#[test]
fn one_build_reports_all_mistakes() {
    let args = quote! {
        backend = "jtw", cookie = "a b", haeder = "x", header, optional = true,
        role(), any_role("admin"), scope("a b"), hide hide
    };
    let item = quote!(
        fn me(json: Json<u8>, user: Auth<User>) {}
    );
    assert_eq!(
        errors(args, &item),
        [
            "expected `,` before `hide`",
            "unknown backend `jtw`",
            "\"a b\" is not a cookie name",
            "unknown option `haeder`",
            "`header` needs a value",
            "`optional` takes no value",
            "`role` names no role, so no caller could be admitted",
            "a role is a value of the payload's role type, not a literal",
            "\"a b\" is not a scope",
            "`hide` is set twice",
            "handler `me` must be async",
            "the caller must be the first argument",
        ]
    );
}

#[test]
fn no_option_is_missing_after_a_mistake() {
    let item = || {
        quote!(
            async fn me(user: Auth<User>) {}
        )
    };
    assert_eq!(
        errors(quote!(bakcend = "jwt"), &item()),
        ["unknown option `bakcend`"]
    );
    assert_eq!(errors(quote!(), &item()), ["no backend is chosen"]);
}

#[test]
fn the_caller_is_first_and_has_no_cfg() {
    let args = || quote!(backend = "jwt");
    for item in [
        quote!(
            async fn me(#[cfg(unix)] a: A, user: Auth<User>) {}
        ),
        quote!(
            async fn me(a: A, user: Auth<User>) {}
        ),
    ] {
        assert_eq!(
            errors(args(), &item),
            ["the caller must be the first argument"]
        );
    }
    for item in [
        quote!(
            async fn me(#[cfg(unix)] user: Auth<User>) {}
        ),
        quote!(
            async fn me(#[cfg(unix)] user: jam::Auth<User>, a: A) {}
        ),
    ] {
        assert_eq!(
            errors(args(), &item),
            ["`#[cfg]` cannot remove the caller of a handler"]
        );
    }
    let item = quote!(
        async fn me(
            #[allow(unused)]
            #[cfg_attr(unix, cfg(any()))]
            user: Auth<User>,
        ) {
        }
    );
    assert_eq!(
        errors(args(), &item),
        ["`#[cfg_attr]` cannot remove the caller of a handler"]
    );
}

#[test]
fn a_second_attribute_is_rejected() {
    let args = || quote!(backend = "jwt");
    let once = expand(
        args(),
        &quote!(
            async fn me(user: Auth<User>) {}
        ),
    );
    let function: TokenStream = once.into_iter().take(5).collect();
    assert_eq!(errors(args(), &function), ["`me` is already protected"]);
}

#[test]
fn fragments_of_macro_rules_are_read() {
    let group = |tokens| proc_macro2::Group::new(proc_macro2::Delimiter::None, tokens);
    let ty = group(quote!(Auth<User>));
    let name = group(quote!("jwt"));
    assert_eq!(
        errors(quote!(backend = #name), &quote!(async fn me(user: #ty) {})),
        [""; 0]
    );
}

/// Removes the unchanged body, because the snapshot accepts only valid Rust.
fn without_body(expansion: TokenStream) -> TokenStream {
    let body = quote!({ body half typed. }).to_string();
    expansion
        .into_iter()
        .map(|token| {
            if token.to_string() == body {
                quote!({}).into_iter().next().expect("a group")
            } else {
                token
            }
        })
        .collect()
}
