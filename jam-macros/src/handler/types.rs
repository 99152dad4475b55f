//! Types and patterns as they are written: macros see no more of them.

use proc_macro2::Ident;
use quote::{ToTokens as _, quote};
use syn::{GenericArgument, Pat, PathArguments, Type};

/// The type without parentheses and without what `macro_rules!` wraps it in.
pub(super) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

pub(super) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

pub(super) fn arguments(segment: &syn::PathSegment) -> Vec<&GenericArgument> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().collect(),
        _ => Vec::new(),
    }
}

/// Adds the rule as the second argument of the user's own `Auth<..>`.
pub(super) fn mark(ty: &mut Type, rule: &Ident) {
    match ty {
        Type::Group(group) => mark(&mut group.elem, rule),
        Type::Paren(paren) => mark(&mut paren.elem, rule),
        Type::Path(path) => {
            if let Some(segment) = path.path.segments.last_mut()
                && let PathArguments::AngleBracketed(list) = &mut segment.arguments
            {
                let rule = Type::Verbatim(rule.to_token_stream());
                list.args.push(GenericArgument::Type(rule));
            }
        }
        _ => {}
    }
}

/// The name an argument has when its pattern is nothing more than that.
pub(super) fn plain_name(pat: &Pat) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) if pat.to_token_stream().into_iter().count() == 1 => {
            Some(pat.ident.clone())
        }
        _ => None,
    }
}

/// The type with `_` in place of every `impl Trait`, as a `let` may have it.
pub(super) fn inferred(ty: &Type) -> Type {
    let mut ty = ty.clone();
    infer(&mut ty);
    ty
}

fn infer(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = Type::Verbatim(quote!(_)),
        Type::Array(array) => infer(&mut array.elem),
        Type::Group(group) => infer(&mut group.elem),
        Type::Paren(paren) => infer(&mut paren.elem),
        Type::Reference(reference) => infer(&mut reference.elem),
        Type::Slice(slice) => infer(&mut slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(list) = &mut segment.arguments {
                    for argument in &mut list.args {
                        if let GenericArgument::Type(ty) = argument {
                            infer(ty);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
