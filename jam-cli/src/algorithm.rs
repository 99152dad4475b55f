//! The names of algorithms as arguments.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use jam::token::Algorithm;

/// Returns `true` if this build has the algorithm.
fn is_built_in(algorithm: Algorithm) -> bool {
    let needs_aws_lc = algorithm == Algorithm::Es512;
    algorithm.is_symmetric()
        || cfg!(feature = "asymmetric")
        || cfg!(feature = "graviola") && !needs_aws_lc
}

/// Returns the parser of an algorithm, in any case. The help lists those of this build.
pub(crate) fn parser() -> impl TypedValueParser<Value = Algorithm> {
    let all = Algorithm::ALL.iter().copied();
    let names = all.filter(|each| is_built_in(*each)).map(Algorithm::name);
    PossibleValuesParser::new(names).try_map(|name| {
        let mut all = Algorithm::ALL.iter().copied();
        let found = all.find(|each| each.name().eq_ignore_ascii_case(&name));
        found.ok_or("there is no such algorithm")
    })
}

/// Returns the algorithm of a new ring, if none is named.
pub(crate) fn of_new_ring() -> Algorithm {
    match is_built_in(Algorithm::Es256) {
        true => Algorithm::Es256,
        false => Algorithm::Hs256,
    }
}

/// Returns the algorithms with public keys.
pub(crate) fn with_public_keys() -> Vec<Algorithm> {
    let all = Algorithm::ALL.iter().copied();
    all.filter(|each| !each.is_symmetric()).collect()
}
