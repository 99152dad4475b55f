//! The rules that take more than one field, or a field and the struct.

use super::Payload;
use super::attr::Mark;
use crate::diagnostics::Errors;

/// Claims that Jam, or the standard, gives a meaning of their own.
const REGISTERED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "cnf",
];

pub(crate) fn all(payload: &Payload<'_>, errors: &mut Errors) {
    owns_its_data(payload, errors);
    marks_are_unique(payload, errors);
    registered_claims_are_free(payload, errors);
    claims_are_unique(payload, errors);
    roles_have_a_type(payload, errors);
}

fn owns_its_data(payload: &Payload<'_>, errors: &mut Errors) {
    for param in payload.input.generics.lifetimes() {
        errors.at(
            &param.lifetime,
            "a payload owns its data, so it has no lifetime",
            "remove it and use owned types, such as `String` for `&str`",
        );
    }
}

fn marks_are_unique(payload: &Payload<'_>, errors: &mut Errors) {
    let mut seen: Vec<(Mark, String)> = Vec::new();
    for field in &payload.fields {
        let Some((key, mark)) = &field.mark else {
            continue;
        };
        match seen.iter().find(|(known, _)| known == mark) {
            Some((_, first)) => errors.at(
                key,
                format!("a payload has one `{key}` field, and that is `{first}`"),
                format!("remove `#[jam({key})]` here or there"),
            ),
            None => seen.push((*mark, field.ident.to_string())),
        }
    }
}

fn registered_claims_are_free(payload: &Payload<'_>, errors: &mut Errors) {
    for field in &payload.fields {
        let Some(name) = field.name.as_deref() else {
            continue;
        };
        let is_marked = matches!(&field.mark, Some((_, mark)) if mark.claim() == name);
        if !REGISTERED.contains(&name) || is_marked {
            continue;
        }
        let help = match name {
            "sub" => "mark it `#[jam(sub)]`, or rename the field".to_owned(),
            _ => format!("rename the field, such as `my_{name}`"),
        };
        errors.at(
            field.ident,
            format!("`{name}` is a registered claim, which Jam writes itself"),
            help,
        );
    }
}

fn claims_are_unique(payload: &Payload<'_>, errors: &mut Errors) {
    let marked = payload.fields.iter().filter_map(|field| {
        let (_, mark) = field.mark.as_ref()?;
        Some((mark.claim(), field.ident))
    });
    let mut seen: Vec<(&str, &syn::Ident)> = marked.collect();
    for field in payload.fields.iter().filter(|field| field.mark.is_none()) {
        let Some(name) = field.name.as_deref() else {
            continue;
        };
        match seen.iter().find(|(claim, _)| *claim == name) {
            // Reported as a registered claim already.
            Some(_) if REGISTERED.contains(&name) => {}
            Some((_, first)) => errors.at(
                field.ident,
                format!(
                    "`{}` is kept as the claim `{name}`, and so is `{first}`",
                    field.ident
                ),
                "rename this field",
            ),
            None => seen.push((name, field.ident)),
        }
    }
}

fn roles_have_a_type(payload: &Payload<'_>, errors: &mut Errors) {
    let marked = payload.fields.iter().find_map(|field| match &field.mark {
        Some((key, Mark::Roles)) => Some(key),
        _ => None,
    });
    match (marked, &payload.container.role) {
        (Some(key), None) => errors.at(
            key,
            "the roles of this payload have no type",
            format!(
                "write `#[jam(role = Role)]` on `struct {}`",
                payload.input.ident
            ),
        ),
        (None, Some((key, _))) => errors.at(
            key,
            "no field holds the roles",
            "mark the one that does: `#[jam(roles)] roles: Vec<Role>`",
        ),
        _ => {}
    }
}
