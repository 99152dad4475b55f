//! The decision as a pure function: from a rule and the facts of one request to a verdict.
//!
//! Everything that is read from a request or asked of a backend is a fact here, one bit or a few. So
//! the tests can try every rule of a bounded size with every combination of facts.

/// Ways in of one rule.
pub(super) const WAYS: usize = 4;

/// The callers that a rule is for, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Openness {
    /// Callers alone.
    Callers,
    /// Callers and anonymous requests.
    Optional,
    /// Anonymous requests alone.
    Guests,
}

/// The conditions of a rule, by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) openness: Openness,
    /// The conditions of each way, one bit for each. A way that the rule does not have is `None`.
    pub(super) ways: [Option<u8>; WAYS],
}

/// The credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// No place of the rule holds one.
    Nothing,
    /// A place holds text that is not one credential.
    Malformed,
    /// A cookie has different values.
    Ambiguous,
    /// The backend does not accept it.
    Invalid,
    /// It is valid for another payload.
    OtherPayload,
    /// It is valid.
    Valid,
}

/// The facts of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) presented: Presented,
    /// The credential is in a cookie, which a browser attaches by itself.
    pub(super) in_cookie: bool,
    /// The request may change something and comes from another site.
    pub(super) cross_site: bool,
    /// The user was sent to sign in again.
    pub(super) reauthenticating: bool,
    /// The conditions that the caller meets on each way, one bit for each. `None` for a way that
    /// does not read the credential's place or has another backend.
    pub(super) met: [Option<u8>; WAYS],
}

/// What happens to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on as the caller's.
    Caller,
    /// It goes on as an anonymous request.
    Anonymous {
        /// The cookie is of no use, and is cleared.
        clear_cookie: bool,
    },
    /// It is rejected.
    Rejected(Reason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoCredential,
    InvalidRequest,
    InvalidCredential,
    SignedIn,
    /// No way is met; the conditions say what is missing.
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
        // Nothing is cleared: that would clear the user's own cookie and leave the one that a sibling
        // domain set.
        Presented::Ambiguous if open => {
            return Verdict::Anonymous {
                clear_cookie: false,
            };
        }
        Presented::Invalid if open && facts.in_cookie => {
            return Verdict::Anonymous { clear_cookie: true };
        }
        // It is valid elsewhere, and must not be cleared.
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

/// Returns `true` if the caller meets every condition of one way.
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

    /// Every rule of up to 3 ways with up to 3 conditions each.
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

    /// Every combination of the facts that ways are met by: for each way of the rule the conditions
    /// that are met, or that it does not apply.
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

    /// Every combination of the other facts.
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

    /// The decision in the words of the documentation, without regard to speed.
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

    /// First law: taking a fact away never lets a caller in.
    #[test]
    fn taking_a_fact_away_never_lets_a_caller_in() {
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

    /// Second law: adding a condition never lets a caller in.
    #[test]
    fn adding_a_condition_never_lets_a_caller_in() {
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

    /// Third law: `or` lets in a caller whom one side lets in, and no other.
    #[test]
    fn or_lets_in_what_one_side_lets_in() {
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
