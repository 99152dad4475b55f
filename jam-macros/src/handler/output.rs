//! The input of the expansion, and the names that its parts share.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::item::{Handler, rule_name};
use super::rule::{OwnPayload, Policies};
use super::signature::Attribute;
use crate::paths::Krate;
use crate::trees::Trees;

/// The input of the expansion.
pub(crate) struct Output<'a> {
    pub(crate) krate: &'a Krate,
    pub(crate) private: &'a Trees,
    pub(crate) handler: &'a Handler,
    pub(crate) own_payload: Option<&'a OwnPayload>,
    pub(crate) policies: Option<&'a Policies>,
    pub(crate) keys: &'a [Ident],
}

impl Output<'_> {
    /// Returns the second argument of the `Auth<..>` of the handler.
    pub(super) fn mark(&self) -> Trees {
        let name = self.rule_name();
        self.mark_of(&quote!(#name))
    }

    /// Returns the second argument of an `Auth<..>` for the rule type `rule`.
    pub(super) fn mark_of(&self, rule: &TokenStream) -> Trees {
        let private = self.private;
        match self.policies {
            None => quote!(#private::Gated<#rule>).into(),
            Some(_) => quote!(#private::GatedWithPolicies<#rule>).into(),
        }
    }

    /// Returns the name of the type that has the rule.
    pub(super) fn rule_name(&self) -> Ident {
        let name = self.handler.name();
        Ident::new(&rule_name(name), name.span())
    }

    /// Returns true if the handler has generic parameters or a `where` clause.
    pub(super) fn is_generic(&self) -> bool {
        let Handler(signature) = self.handler;
        !signature.generics.is_empty() || !signature.where_clause.is_empty()
    }

    /// Returns the `#[cfg]` attributes of the handler. All generated items have them too, because
    /// they need the handler.
    pub(super) fn cfgs(&self) -> Vec<&Attribute> {
        let attrs = self.handler.0.attrs.iter();
        attrs.filter(|attr| attr.is("cfg")).collect()
    }
}
