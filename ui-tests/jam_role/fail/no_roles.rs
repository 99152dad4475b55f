// The enum has no variants.

use jam::JamRole;

#[derive(Clone, Copy, PartialEq, Eq, JamRole)]
enum Role {}

fn main() {}
