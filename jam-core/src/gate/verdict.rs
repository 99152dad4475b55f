//! The decision as a pure function of a rule and the facts of one request.
//!
//! Each input that comes from the request or a backend is a fact of one bit or a few bits. So the
//! tests can check every rule of a limited size with every combination of facts.

/// The largest number of ways of one rule.
pub(super) const WAYS: usize = jam_syntax::MOST_WAYS;

/// The kinds of requests that a rule admits, without any data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Openness {
    /// Only callers.
    Callers,
    /// Callers and anonymous requests.
    Optional,
    /// Only anonymous requests.
    Guests,
}

/// A rule, with its conditions as bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) openness: Openness,
    /// The conditions of each way, one bit for each condition. `None` means that the rule does not
    /// have this way.
    pub(super) ways: [Option<u8>; WAYS],
}

/// The state of the credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// No source of the rule holds a credential.
    Nothing,
    /// A source holds text that is not one credential.
    Malformed,
    /// The request has several values for the cookie.
    Ambiguous,
    /// The credential is not valid.
    Invalid,
    /// The credential is valid for another payload.
    OtherPayload,
    /// The credential is valid.
    Valid,
}

/// The facts of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) presented: Presented,
    /// `true` if the credential is in a cookie, which a browser attaches by itself.
    pub(super) in_cookie: bool,
    /// `true` if the request has an unsafe method and comes from another site.
    pub(super) cross_site: bool,
    /// `true` if the user was redirected to sign in again.
    pub(super) reauthenticating: bool,
    /// The conditions of each way that the caller meets, one bit for each condition. `None` means
    /// that the way does not read the source of the credential, or has another backend.
    pub(super) met: [Option<u8>; WAYS],
}

/// The decision about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The request is admitted as a request of the caller.
    Caller,
    /// The request is admitted as an anonymous request.
    Anonymous {
        /// `true` if the response clears the cookie.
        clear_cookie: bool,
    },
    /// The request is rejected.
    Rejected(Reason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoCredential,
    InvalidRequest,
    InvalidCredential,
    SignedIn,
    /// The caller meets no way. The conditions determine the refusal.
    Insufficient,
    CrossSite,
}

/// Decides about one request.
#[inline]
pub(super) const fn decide(rule: &Shape, facts: &Facts) -> Verdict {
    let open = !matches!(rule.openness, Openness::Callers);
    let guests = matches!(rule.openness, Openness::Guests);
    // Another site must not be able to sign a user in to an account of its own.
    if guests && facts.cross_site {
        return Verdict::Rejected(Reason::CrossSite);
    }
    match facts.presented {
        Presented::Nothing if open => {
            return Verdict::Anonymous {
                clear_cookie: false,
            };
        }
        Presented::Nothing => return Verdict::Rejected(Reason::NoCredential),
        Presented::Malformed => return Verdict::Rejected(Reason::InvalidRequest),
        // No cookie is cleared: that would remove the user's own cookie and keep the one that a
        // sibling domain set.
        Presented::Ambiguous if open => {
            return Verdict::Anonymous {
                clear_cookie: false,
            };
        }
        Presented::Invalid if open && facts.in_cookie => {
            return Verdict::Anonymous { clear_cookie: true };
        }
        // The credential is valid for other rules, so it must not be cleared.
        Presented::OtherPayload if open && facts.in_cookie => {
            return Verdict::Anonymous {
                clear_cookie: false,
            };
        }
        Presented::Ambiguous | Presented::Invalid | Presented::OtherPayload => {
            return Verdict::Rejected(Reason::InvalidCredential);
        }
        Presented::Valid => {}
    }
    if guests {
        return match facts.reauthenticating {
            true => Verdict::Anonymous {
                clear_cookie: false,
            },
            false => Verdict::Rejected(Reason::SignedIn),
        };
    }
    if !is_met(rule, facts) {
        return Verdict::Rejected(Reason::Insufficient);
    }
    if facts.in_cookie && facts.cross_site {
        return Verdict::Rejected(Reason::CrossSite);
    }
    Verdict::Caller
}

/// Returns `true` if the caller meets all conditions of one way.
const fn is_met(rule: &Shape, facts: &Facts) -> bool {
    let mut way = 0;
    while way < WAYS {
        if let (Some(required), Some(met)) = (rule.ways[way], facts.met[way])
            && required & !met == 0
        {
            return true;
        }
        way += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Facts, Openness, Presented, Reason, Shape, Verdict, decide};

    const OPENNESS: [Openness; 3] = [Openness::Callers, Openness::Optional, Openness::Guests];
    const PRESENTED: [Presented; 6] = [
        Presented::Nothing,
        Presented::Malformed,
        Presented::Ambiguous,
        Presented::Invalid,
        Presented::OtherPayload,
        Presented::Valid,
    ];

    /// Returns all rules with up to 3 ways and up to 3 conditions for each way.
    fn rules() -> Vec<Shape> {
        let masks = [Some(0), Some(0b1), Some(0b11), Some(0b111), None];
        let mut all = Vec::new();
        for openness in OPENNESS {
            for first in &masks[..4] {
                for second in masks {
                    all.extend(masks.map(|third| Shape {
                        openness,
                        ways: [*first, second, third, None],
                    }));
                }
            }
        }
        all
    }

    /// Returns all values of `met` for a rule: for each way the conditions that are met, or `None`.
    fn met(rule: &Shape) -> Vec<[Option<u8>; 4]> {
        let choices = rule.ways.map(|way| match way {
            None => vec![None],
            Some(mask) => (0..=mask).map(Some).chain([None]).collect(),
        });
        let [first, second, third, _] = choices;
        let mut all = Vec::new();
        for first in &first {
            for second in &second {
                all.extend(third.iter().map(|third| [*first, *second, *third, None]));
            }
        }
        all
    }

    /// Returns all combinations of the other facts.
    fn facts(met: [Option<u8>; 4]) -> impl Iterator<Item = Facts> {
        PRESENTED.into_iter().flat_map(move |presented| {
            (0..8).map(move |bits| Facts {
                presented,
                in_cookie: bits & 1 != 0,
                cross_site: bits & 2 != 0,
                reauthenticating: bits & 4 != 0,
                met,
            })
        })
    }

    fn everything(mut check: impl FnMut(&Shape, &Facts)) {
        let mut cases = 0_u32;
        for rule in rules() {
            for met in met(&rule) {
                for facts in facts(met) {
                    check(&rule, &facts);
                    cases += 1;
                }
            }
        }
        assert!(cases > 700_000, "{cases}");
    }

    /// The decision as the documentation describes it, without regard to speed.
    fn reference(rule: &Shape, facts: &Facts) -> Verdict {
        use Presented::{Ambiguous, Invalid, Malformed, Nothing, OtherPayload, Valid};
        let open = rule.openness != Openness::Callers;
        let guests = rule.openness == Openness::Guests;
        let some_way_is_met = rule.ways.iter().zip(facts.met).any(|(way, met)| {
            let conditions = way.map(|way| (0..8).filter(move |at| way >> at & 1 == 1));
            match (conditions, met) {
                (Some(mut conditions), Some(met)) => conditions.all(|at| met >> at & 1 == 1),
                _ => false,
            }
        });
        if guests && facts.cross_site {
            return Verdict::Rejected(Reason::CrossSite);
        }
        match (facts.presented, open) {
            (Nothing | Ambiguous, true) => Verdict::Anonymous {
                clear_cookie: false,
            },
            (Nothing, false) => Verdict::Rejected(Reason::NoCredential),
            (Malformed, _) => Verdict::Rejected(Reason::InvalidRequest),
            (Invalid, true) if facts.in_cookie => Verdict::Anonymous { clear_cookie: true },
            (OtherPayload, true) if facts.in_cookie => Verdict::Anonymous {
                clear_cookie: false,
            },
            (Invalid | OtherPayload | Ambiguous, _) => Verdict::Rejected(Reason::InvalidCredential),
            (Valid, _) if guests && facts.reauthenticating => Verdict::Anonymous {
                clear_cookie: false,
            },
            (Valid, _) if guests => Verdict::Rejected(Reason::SignedIn),
            (Valid, _) if !some_way_is_met => Verdict::Rejected(Reason::Insufficient),
            (Valid, _) if facts.in_cookie && facts.cross_site => {
                Verdict::Rejected(Reason::CrossSite)
            }
            (Valid, _) => Verdict::Caller,
        }
    }

    #[test]
    fn every_rule_decides_every_request_as_the_reference_does() {
        everything(|rule, facts| {
            assert_eq!(
                decide(rule, facts),
                reference(rule, facts),
                "{rule:?} {facts:?}"
            );
        });
    }

    fn lets_in(rule: &Shape, facts: &Facts) -> bool {
        decide(rule, facts) == Verdict::Caller
    }

    /// First law: removing a fact never admits a caller.
    #[test]
    fn removing_a_fact_never_admits_a_caller() {
        everything(|rule, facts| {
            if lets_in(rule, facts) {
                return;
            }
            for way in 0..3 {
                for bit in 0..3 {
                    let mut fewer = *facts;
                    let Some(met) = fewer.met[way] else { continue };
                    fewer.met[way] = Some(met & !(1 << bit));
                    assert!(!lets_in(rule, &fewer), "{rule:?} {facts:?} {fewer:?}");
                }
                let mut fewer = *facts;
                fewer.met[way] = None;
                assert!(!lets_in(rule, &fewer), "{rule:?} {facts:?} {fewer:?}");
            }
            for presented in PRESENTED {
                let fewer = Facts {
                    presented,
                    ..*facts
                };
                if presented != Presented::Valid {
                    assert!(!lets_in(rule, &fewer), "{rule:?} {fewer:?}");
                }
            }
            let more_foreign = Facts {
                cross_site: true,
                ..*facts
            };
            assert!(!lets_in(rule, &more_foreign), "{rule:?} {facts:?}");
        });
    }

    /// Second law: adding a condition never admits a caller.
    #[test]
    fn adding_a_condition_never_admits_a_caller() {
        everything(|rule, facts| {
            if lets_in(rule, facts) {
                return;
            }
            for way in 0..3 {
                for bit in 0..4 {
                    let mut stricter = *rule;
                    let Some(mask) = stricter.ways[way] else {
                        continue;
                    };
                    stricter.ways[way] = Some(mask | 1 << bit);
                    assert!(!lets_in(&stricter, facts), "{stricter:?} {facts:?}");
                }
            }
        });
    }

    /// Third law: `or` admits exactly the callers that one side admits.
    #[test]
    fn or_admits_the_callers_that_one_side_admits() {
        everything(|rule, facts| {
            if rule.openness != Openness::Callers {
                return;
            }
            let side = |way: usize| {
                let mut ways = [None; 4];
                ways[way] = rule.ways[way];
                Shape { ways, ..*rule }
            };
            let by_a_side = (0..3).any(|way| lets_in(&side(way), facts));
            assert_eq!(lets_in(rule, facts), by_a_side, "{rule:?} {facts:?}");
        });
    }
}
