//! The expansion of `#[jam_auth(..)]`: parse, check, decide, expand.

mod args;
mod editor;
mod expand;
mod item;
mod options;
mod output;
mod parse;
mod rule;
mod signature;
mod type_check;
mod types;
mod values;
mod words;
mod wrapped;

use proc_macro2::TokenStream;

use crate::diagnostics::Errors;
use item::Handler;
use output::Output;
use rule::{OwnPayload, Policies, Rule};

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let mut args = parse::parse(args, &mut errors);
    let complete = errors.is_empty();
    let Some(handler) = Handler::read(item, &mut errors) else {
        return expand::rejected(item, errors);
    };

    let krate = args.krate.clone();
    let own_payload = OwnPayload::decide(&mut args, &handler);
    let example = own_payload
        .as_ref()
        .map_or_else(|| "User".to_owned(), |payload| payload.name.to_string());
    let policies = Policies::decide(&mut args, &handler, &mut errors);
    let keys = std::mem::take(&mut args.keys);
    let caller = if keys.iter().any(|key| key == "public") {
        handler.check_open(&mut errors);
        None
    } else {
        handler.caller(&example, &mut errors)
    };
    if let (Some(payload), Some(caller)) = (&own_payload, &caller) {
        payload.check(caller, &mut errors);
    }
    let rule = Rule::decide(args, caller.as_ref(), complete, &mut errors);

    let output = Output {
        krate: &krate,
        private: &krate.private(),
        handler: &handler,
        own_payload: own_payload.as_ref(),
        policies: policies.as_ref(),
        keys: &keys,
    };
    match (caller.as_ref(), &rule) {
        (Some(caller), _) if errors.is_empty() => {
            errors.into_tokens();
            output.protected(&rule, caller)
        }
        (_, Rule::Public(reason)) if errors.is_empty() => {
            errors.into_tokens();
            output.open(reason)
        }
        _ => output.as_written(item, errors),
    }
}

#[cfg(test)]
mod tests;
