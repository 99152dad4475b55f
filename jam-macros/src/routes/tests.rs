use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;

use super::expand;
use crate::snapshot;

fn errors(table: TokenStream) -> Vec<String> {
    snapshot::errors(expand(table))
}

#[test]
fn a_table_becomes_calls_on_the_router() {
    let expansion = expand(quote! {
        public("probe") = [get("/healthz", ops::health), any("/x", |x: u8| async move { x })],
        user::<Of<User, u8>>() = {
            post("/notes", notes::create::<Db, _>),
        },
        EMPTY = (),
        WEB.or(API) = [
            put("/notes/{id}", notes::update).scope("a").policy(owner, policies::within(3)).hide(),
            get("/notes/{id}", notes::show).policy(owner),
            mount("/metrics", metrics()),
            mount("/admin", admin::<Db>()).role(Role::Admin),
        ],
        declared() = [get("/me", pages::me), put("/me", pages::edit::<Db>)],
        merge(reports::routes()),
        nest("/api/v1", api::routes::<Db>()),
    });
    snapshot::check("table", quote!(fn routes() -> JamRouter<App> #expansion));
}

#[test]
fn a_table_uses_the_path_of_the_crate() {
    let expansion = expand(quote!(
        crate = auth::jam,
        WEB = [get("/a", a)],
        declared() = [get("/b", b)]
    ));
    let text = crate::tokens::text::of(&expansion);
    assert!(text.contains("auth::jam::__private::Handed"), "{text}");
    snapshot::check(
        "renamed_table",
        quote!(fn routes() -> JamRouter<App> #expansion),
    );
    let found = errors(quote!(
        crate = "jam",
        crate = jam,
        nest("api", a()),
        nest("/", b()),
        nest(),
        nest("/x")
    ));
    assert_eq!(
        found,
        [
            "`crate` takes a path",
            "`crate` is set twice",
            "there is no path and no table here",
            "there is no table here",
            "\"api\" is not a path to nest a table below",
            "a table is nested below a path of its own",
        ]
    );
}

#[test]
fn a_table_can_be_empty() {
    let expansion = expand(quote!());
    snapshot::check("empty_table", quote!(fn routes() -> JamRouter #expansion));
}

#[test]
fn a_row_with_a_mistake_hides_no_other_row() {
    let expansion = expand(quote! {
        WEB = [
            GET("/a", a),
            get("/b" b),
            get("/c"),
            get("/d", d) get("/e", e),
            get("/f", f).role(Role::Admin).roel(Role::Admin).optional().await.,
            nonsense,
            get("/g", g),
        ]
        ADMIN = [get("/h", h)],
        get("/i", i),
    });
    snapshot::check(
        "broken_table",
        quote!(fn routes() -> JamRouter<App> #expansion),
    );
}

#[test]
fn one_build_reports_all_mistakes_of_the_table() {
    let found = errors(quote! {
        WEB = [
            get("/a", a), get("/a", b), any("/a", c), any("/a", d), post("/a", e),
            get("/u/{id}", f), put("/u/{name}", g),
            get("users", h), get("/u/:id/*rest", i), get("/{}", j),
            get("/{*rest}/x", k), get(path, l), get("/m", m, n), get(),
        ],
        = [get("/x", x)],
        declared() = [get("/c", || async {})],
        declared().hide() = [get("/d", d)],
        public(" ") = [],
        WEB,
        WEB = ,
        WEB = x,
    });
    assert_eq!(
        found,
        [
            "the path is not a string literal",
            "`get` takes one path and one handler",
            "there is no path and no handler here",
            "these rows have no rule",
            "expected a rule and its rows",
            "expected the rule's rows behind `=`",
            "expected the rule's rows in brackets",
            "`GET /a` is routed twice",
            "`any method /a` is routed twice",
            "`/u/{name}` collides with `/u/{id}`",
            "a path starts with `/`",
            "`:id` is how axum 0.7 wrote a parameter",
            "a parameter has a name between `{` and `}`",
            "a catch-all stands at the end of the path",
            "a row of `declared()` names its handler",
            "`declared()` stands alone: the rules are on the handlers",
            "an open route needs a reason",
        ]
    );
}

#[test]
fn one_build_reports_all_mistakes_of_conditions() {
    let found = errors(quote! {
        WEB = [
            get("/a", a).optional(), get("/b", b).or(API), get("/c", c).login("/login"),
            get("/d", d).scopes("a"), get("/e", e).hide, get("/f", f).policy(), get("/g", g).,
            mount("/h", h).policy(owner), mount("/", i), mount("/j/{k}", j), mount("/l", l),
            mount("/l/", m), mount("n", n), mount("/o"), mount(), munt("/p", p).hide(),
        ],
        public("why") = [get("/q", q).scope("a").frsh("5m"), get("/r", r).policy(x).optional()],
        declared() = [get("/s", s).hide(), mount("/t", t)],
        mount("/u", u),
    });
    assert_eq!(
        found,
        [
            "a row can only narrow the rule of its section, and `optional` does not",
            "a row can only narrow the rule of its section, and `or` does not",
            "a row can only narrow the rule of its section, and `login` does not",
            "a row has no `scopes`",
            "`hide` is a call",
            "`policy` names no policy",
            "expected a word behind the `.`",
            "only a handler has a policy, and this is a router",
            "there is no router here",
            "there is no path and no router here",
            "unknown verb `munt`",
            "a public section has no conditions",
            "a row has no `frsh`",
            "a public section has no conditions",
            "a public section has no conditions",
            "the rule of a row of `declared()` is on its handler",
            "`mount` stands outside of every rule",
            "a router is mounted below a path of its own",
            "the path of a mounted router has no parameters",
            "two routers are mounted at `/l`",
            "a path starts with `/`",
            "a router declares no rule",
        ]
    );
}

#[test]
fn fragments_of_macro_rules_are_read() {
    let group = |tokens| Group::new(Delimiter::None, tokens);
    let rule = group(quote!(declared()));
    let path = group(quote!("/me"));
    let handler = group(quote!(pages::me));
    let expansion = expand(quote!(#rule = [get(#path, #handler)]));
    assert!(crate::tokens::text::of(&expansion).contains("\"/me\", pages::me, \"pages::me\""));
}
