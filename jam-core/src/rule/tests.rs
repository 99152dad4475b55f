//! Rules at run time. `ui-tests` shows the same panics as compile errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::dsl::{hours, minutes, public, seconds, user};
use super::word::{of, said};
use super::{Access, Condition, Word};
use crate::backend::{BackendId, BackendType};
use crate::key::{Algorithm, SigningKey};
use crate::payload::Scopes;
use crate::token::{Issuers, Verifier};
use crate::{JamPayload, JamRole};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[jam(crate = crate)]
enum Role {
    Reader,
    Editor,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate, role = Role, scopes("read"))]
struct Usual {
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

const JWT: Access<Usual> = user().backend("jwt");
const SESSION: Access<Usual> = user().backend("session");

/// Returns the message of the panic.
fn panics<T>(build: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(build)) else {
        panic!("the rule is accepted");
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    }
}

macro_rules! assert_rejected {
    ($($rule:expr => $message:literal;)*) => {$({
        let message = panics(|| $rule);
        assert!(message.contains($message), "{}: {message}", stringify!($rule));
    })*};
}

#[test]
fn a_contradiction_in_a_rule_panics() {
    assert_rejected! {
        JWT.backend("jwt") => "the backend of this rule is set twice";
        JWT.or(SESSION).backend("jwt") => "set twice";
        user::<Usual>().backend("jwtt") => "unknown backend";
        user::<Usual>().cookie_default() => "name the backend first";
        JWT.or(SESSION).cookie("a") => "name the source before .or(..)";
        JWT.or(SESSION).header("a") => "name the source before .or(..)";
        JWT.cookie("a b") => "not the name of a cookie";
        JWT.header("a b") => "not the name of a header";
        JWT.header("Cookie") => "name the cookie instead";
        JWT.optional().or(SESSION) => "put the two rules together first";
        JWT.or(SESSION.optional()) => "put the two rules together first";
        JWT.guest().or(SESSION) => "put the two rules together first";
        JWT.login("login") => "begins with one `/`";
        JWT.login("//host") => "begins with one `/`";
        JWT.guest().redirect_to("//host") => "begins with one `/`";
        JWT.redirect_to("/") => "only a rule for guests";
        JWT.optional().redirect_to("/") => "only a rule for guests";
        JWT.optional().guest() => "choose one, once";
        JWT.guest().optional() => "choose one, once";
        JWT.optional().optional() => "choose one, once";
        JWT.scope("read").optional() => "this rule has conditions";
        JWT.or(SESSION.scope("read")).optional() => "this rule has conditions";
        JWT.fresh(minutes(5)).guest() => "this rule has conditions";
        JWT.optional().role(Role::Reader) => "cannot have conditions";
        JWT.guest().fresh(minutes(5)) => "cannot have conditions";
        JWT.fresh(seconds(0)) => "an age of zero";
        JWT.any_role(&[]) => "no role is named";
        JWT.scope("write") => "does not declare this scope";
        public("") => "say why";
        public(" \n") => "say why";
        said::<Usual, 1>([Word::Plain("fresh=5m")]) => "not a number of seconds";
        said::<Usual, 1>([Word::Plain("frsh=5")]) => "not a word of a rule";
    }
}

#[test]
fn two_backends_of_a_rule_cannot_read_one_source() {
    assert_rejected! {
        JWT.cookie("a").or(SESSION.cookie("a")) => "cannot read the same place";
        JWT.header("a").or(SESSION.header("A")) => "cannot read the same place";
        JWT.cookie("__Host-session").or(SESSION) => "cannot read the same place";
        JWT.or(SESSION.header("authorization")) => "cannot read the same place";
        user::<Usual>().or(SESSION) => "cannot read the same place";
        JWT.cookie("a").cookie("b").or(SESSION.cookie("c").cookie("b")) => "cannot read the same place";
        JWT.cookie("a").or(JWT.cookie("b")).or(SESSION.cookie("b")) => "cannot read the same place";
        SESSION.cookie("b").or(JWT.cookie("a").or(JWT.cookie("b"))) => "cannot read the same place";
    }
    // The last source of each of two rules.
    let four = |last| JWT.cookie("a").cookie("b").cookie("c").cookie(last);
    let other = |last| SESSION.header("e").header("f").header("g").cookie(last);
    assert_rejected! {
        four("d").or(other("d")) => "cannot read the same place";
    }
    assert_eq!(four("d").or(other("h")).ways().count(), 2);
    // One backend can read one source with two sets of conditions.
    let any = user::<Usual>().cookie("a");
    assert_eq!(any.scope("read").or(any).ways().count(), 2);
    let rule = JWT.scope("read").or(JWT.role(Role::Editor));
    assert_eq!(rule.ways().count(), 2);
    // A cookie and a header can have one name.
    let _ = JWT.header("a").or(SESSION.cookie("a"));
    let _ = JWT.cookie("A").or(SESSION.cookie("a"));
}

/// An issuer of tokens other than the application.
struct Partner;

impl BackendType for Partner {
    type Payload = Usual;

    const NAME: &'static str = "partner";
    const IS_ISSUER: bool = true;
}

#[test]
fn debug_output_names_the_issuers() {
    let key = SigningKey::generate(Algorithm::Hs256).expect("a key");
    let verifier = Verifier::builder(key.verifying_key())
        .build()
        .expect("a verifier");
    let mut issuers = Issuers::default();
    assert!(issuers.is_empty());
    issuers.add(BackendId::of::<Partner>(), verifier);
    assert_eq!(format!("{issuers:?}"), r#"["partner"]"#);
}

#[test]
fn only_backends_of_tokens_can_read_one_source() {
    let partner = || user::<Usual>().backend_type::<Partner>();
    assert_eq!(JWT.or(partner()).ways().count(), 2);
    assert_eq!(partner().or(JWT).ways().count(), 2);
    assert_rejected! {
        partner().cookie("a").or(SESSION.cookie("a")) => "cannot read the same place";
        SESSION.cookie("a").or(partner().cookie("a")) => "cannot read the same place";
    }
}

#[test]
fn a_rule_holds_four_ways_four_sources_and_six_conditions_with_an_age() {
    let way = || JWT.cookie("a");
    let four = || way().or(way()).or(way()).or(way());
    assert_eq!(four().ways().count(), 4);
    assert!(four().optional().allows_anonymous());
    assert_rejected! {
        four().or(way()) => "at most 4 ways";
        way().or(four()) => "at most 4 ways";
    }

    let four = || JWT.cookie("a").cookie("b").header("c").header("d");
    assert_eq!(four().sources().count(), 4);
    assert_rejected! {
        four().cookie("e") => "at most 4 sources";
    }

    let six = || {
        JWT.role(Role::Reader)
            .role(Role::Editor)
            .role(Role::Reader)
            .role(Role::Editor)
            .scope("read")
            .scope("read")
    };
    let conditions =
        |rule: Access<Usual>| rule.ways().map(|way| way.condition_count()).sum::<usize>();
    assert_eq!(conditions(six()), 6);
    assert_eq!(conditions(six().fresh(minutes(5))), 7);
    assert_rejected! {
        six().scope("read") => "6 roles or scopes";
        six().fresh(minutes(5)).scope("read") => "6 roles or scopes";
        JWT.fresh(minutes(5)).or(six()).scope("read") => "6 roles or scopes";
    }
}

#[test]
fn the_shorter_of_two_ages_of_a_login_counts() {
    let age = |rule: Access<Usual>| {
        let ways = rule.ways().map(|way| {
            let mut ages = way.conditions().filter_map(|condition| match condition {
                Condition::Fresh(age) => Some(age.0),
                _ => None,
            });
            (ages.next().expect("an age"), ages.next())
        });
        ways.collect::<Vec<_>>()
    };
    assert_eq!(age(JWT.fresh(seconds(5)).fresh(seconds(9))), [(5, None)]);
    assert_eq!(age(JWT.fresh(seconds(9)).fresh(seconds(5))), [(5, None)]);
    assert_eq!(age(JWT.fresh(seconds(5)).fresh(seconds(5))), [(5, None)]);
    let both = JWT.fresh(seconds(9)).or(SESSION).scope("read");
    assert_eq!(age(both.fresh(seconds(7))), [(7, None), (7, None)]);
}

#[test]
fn durations_are_in_seconds() {
    assert_eq!(seconds(7).as_secs(), 7);
    assert_eq!(minutes(2).as_secs(), 120);
    assert_eq!(hours(2).as_secs(), 7_200);
    assert_eq!(hours(u64::MAX).as_secs(), u64::MAX);
}

#[test]
fn words_build_the_rule_that_methods_build() {
    let same = |words: [Word<Role>; 1], rule: Access<Usual>| {
        assert_eq!(
            format!("{:?}", said::<Usual, 1>(words)),
            format!("{rule:?}")
        );
    };
    same([Word::Plain("backend=jwt")], JWT);
    same([Word::Plain("backend=jwt cookie")], JWT.cookie_default());
    same(
        [Word::Plain("backend=session cookie")],
        SESSION.cookie_default(),
    );
    same(
        [Word::Plain("backend=jwt cookie=a header=b hide")],
        JWT.cookie("a").header("b").hide(),
    );
    same(
        [Word::Plain("backend=jwt fresh=300")],
        JWT.fresh(minutes(5)),
    );
    same(
        [Word::Plain("backend=session login=/in optional")],
        SESSION.login("/in").optional(),
    );
    let either = JWT.cookie("a").or(SESSION).fresh(seconds(9)).login("/in");
    same(
        [Word::Plain(
            "backend=jwt cookie=a or backend=session all fresh=9 login=/in",
        )],
        either,
    );
    let words: Access<Usual> = said([
        Word::Plain("backend=jwt"),
        of::<Usual>().scope("read"),
        of::<Usual>().any_role(&[Role::Reader, Role::Editor]),
    ]);
    let rule = JWT.scope("read").any_role(&[Role::Reader, Role::Editor]);
    assert_eq!(format!("{words:?}"), format!("{rule:?}"));
}

#[test]
fn the_first_login_page_of_two_rules_stays() {
    assert_eq!(JWT.login("/a").or(SESSION.login("/b")).login, Some("/a"));
    assert_eq!(JWT.or(SESSION.login("/b")).login, Some("/b"));
    assert_eq!(JWT.login("/a").or(SESSION).login, Some("/a"));
    assert_eq!(JWT.or(SESSION).login, None);
}

#[test]
fn a_way_is_shown_as_in_a_table() {
    let rule = JWT.cookie("a").scope("read").hide();
    let way = rule.ways().next().expect("a way");
    assert_eq!(format!("{way:?}"), "jwt by cookie a [scope read, hidden]");
    assert_eq!(way.to_string(), format!("{way:?}"));
}
