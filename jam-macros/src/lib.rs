//! The macros of `jam-auth`. Their documentation is at the re-exports in that crate. Their
//! expansions are private to the two crates.

mod diagnostics;
mod handler;
#[cfg(test)]
mod incomplete;
mod issuer;
mod jam_attr;
#[cfg(test)]
mod layers;
mod lists;
mod paths;
mod payload;
mod role;
mod routes;
mod serde_attr;
#[cfg(test)]
mod snapshot;
mod tokens;
mod trees;

use proc_macro::TokenStream;

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_attribute]
pub fn jam_auth(args: TokenStream, item: TokenStream) -> TokenStream {
    handler::expand(args.into(), &item.into()).into()
}

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro]
pub fn jam_routes(table: TokenStream) -> TokenStream {
    routes::expand(table.into()).into()
}

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_derive(JamPayload, attributes(jam))]
pub fn jam_payload(item: TokenStream) -> TokenStream {
    payload::expand(item.into()).into()
}

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_derive(JamRole, attributes(jam))]
pub fn jam_role(item: TokenStream) -> TokenStream {
    role::expand(item.into()).into()
}

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_derive(JamIssuer, attributes(jam))]
pub fn jam_issuer(item: TokenStream) -> TokenStream {
    issuer::expand(item.into()).into()
}
