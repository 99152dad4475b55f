//! The checks of several fields, or of a field and the struct.

use jam_syntax::REGISTERED_CLAIMS;

use super::attr::{Field, Mark};
use super::read::Payload;
use crate::diagnostics::Errors;
use crate::serde_attr::SerdeAttr;

pub(crate) fn all(payload: &Payload<'_>, errors: &mut Errors) {
    owns_its_data(payload, errors);
    marks_are_unique(payload, errors);
    marks_have_an_effect(payload, errors);
    marks_are_not_flattened_in(payload, errors);
    marks_are_not_written_by_others(payload, errors);
    tag_tells_nothing_apart(payload, errors);
    names_are_unique(payload, errors);
    registered_claims_are_free(payload, errors);
    claims_are_unique(payload, errors);
    options_of_claims_fit(payload, errors);
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

/// Rejects the serde options that replace the marked struct by another type.
fn marks_have_an_effect(payload: &Payload<'_>, errors: &mut Errors) {
    const ANOTHER_TYPE: &[&str] = &["into", "from", "try_from", "transparent", "remote"];
    let marked = payload.fields.iter().find_map(|field| field.mark.as_ref());
    let serde = SerdeAttr::read(&payload.input.attrs);
    if let (Some((key, _)), Some(option)) = (marked, serde.option(ANOTHER_TYPE)) {
        let help = match option == "try_from" {
            true => "give the fields types that check what they read",
            false => "derive `JamPayload` on the type that serde reads and writes",
        };
        errors.at(
            option,
            format!("with `{option}` the mark `{key}` is not what serde reads and writes"),
            format!("remove `{option}`, or {help}"),
        );
    }
}

/// Rejects a marked field that serde can omit next to a flattened map, because the map could contain
/// its name and so grant roles.
fn marks_are_not_flattened_in(payload: &Payload<'_>, errors: &mut Errors) {
    let Some(map) = payload.fields.iter().find(|field| field.name.is_none()) else {
        return;
    };
    for field in &payload.fields {
        let (Some((key, mark)), Some(option)) = (&field.mark, &field.left_out) else {
            continue;
        };
        // `payload::attr` reported it: serde never omits a subject.
        if *mark == Mark::Sub {
            continue;
        }
        errors.at(
            option,
            format!(
                "`{}` could bring in the {key} when this field is left out",
                map.ident
            ),
            format!("remove `{option}`, so that the {key} are always written"),
        );
    }
}

/// Rejects fields beside a mark that serde writes in another way than it reads, because what they write
/// could be read as the marked field.
fn marks_are_not_written_by_others(payload: &Payload<'_>, errors: &mut Errors) {
    let marked = payload.fields.iter().find_map(|field| field.mark.as_ref());
    let Some((key, _)) = marked else {
        return;
    };
    for field in payload.fields.iter().filter(|field| field.mark.is_none()) {
        if field.two_names {
            errors.at(
                field.ident,
                format!("beside a field marked `{key}` this field is written and read by one name"),
                "write `#[serde(rename = \"..\")]` instead of `rename(serialize = .., deserialize = ..)`",
            );
        }
        if let (None, Some(option)) = (&field.name, &field.one_way) {
            errors.at(
                option,
                format!("beside a field marked `{key}` a flattened field is written and read"),
                format!("remove `{option}`, or write `#[serde(skip)]`"),
            );
        }
    }
}

/// Rejects the `tag` of a struct, because serde writes it and does not check it.
fn tag_tells_nothing_apart(payload: &Payload<'_>, errors: &mut Errors) {
    let serde = SerdeAttr::read(&payload.input.attrs);
    if let Some(option) = serde.option(&["tag"]) {
        errors.at(
            option,
            "serde does not check the `tag` of a struct when it reads",
            "to tell this payload apart from others, write `#[jam(kind = \"..\")]` instead",
        );
    }
}

fn names_are_unique(payload: &Payload<'_>, errors: &mut Errors) {
    let mut seen: Vec<(&str, &syn::Ident)> = Vec::new();
    for field in &payload.fields {
        let Some(name) = field.name.as_deref() else {
            continue;
        };
        match seen.iter().find(|(known, _)| *known == name) {
            Some((_, first)) => errors.at(
                field.ident,
                format!(
                    "`{}` is called \"{name}\" in the JSON, and so is `{first}`",
                    field.ident
                ),
                "change the name of one of the two",
            ),
            None => seen.push((name, field.ident)),
        }
    }
}

fn registered_claims_are_free(payload: &Payload<'_>, errors: &mut Errors) {
    for field in &payload.fields {
        let Some(name) = field.name.as_deref() else {
            continue;
        };
        let is_marked = matches!(&field.mark, Some((_, mark)) if mark.claim() == name);
        if !REGISTERED_CLAIMS.contains(&name) || is_marked {
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

/// Checks that no two fields are one claim.
fn claims_are_unique(payload: &Payload<'_>, errors: &mut Errors) {
    for (at, marked) in payload.fields.iter().enumerate() {
        let Some(claim) = marked.claim() else {
            continue;
        };
        // The checks of names and of registered claims reported these.
        let is_own_name = marked.name.as_deref() == Some(&claim);
        if is_own_name || marked.claim.is_none() && REGISTERED_CLAIMS.contains(&claim.as_str()) {
            continue;
        }
        let is_same = |(other, field): &(usize, &Field<'_>)| match field.claim() {
            Some(name) => *other > at && name == claim,
            None => field.name.as_deref() == Some(&claim),
        };
        for (_, field) in payload.fields.iter().enumerate().filter(is_same) {
            errors.at(
                field.ident,
                format!(
                    "`{}` is kept as the claim `{claim}`, and so is `{}`",
                    field.ident, marked.ident
                ),
                "rename this field",
            );
        }
    }
}

/// Checks that `claim` and `ignore_unknown` are on fields that can have them.
fn options_of_claims_fit(payload: &Payload<'_>, errors: &mut Errors) {
    for field in &payload.fields {
        let mark = field.mark.as_ref().map(|(_, mark)| *mark);
        if let (Some(claim), Some(Mark::Sub)) = (&field.claim, mark) {
            errors.at(
                claim,
                "the subject is always the claim `sub`",
                "remove `claim`: a caller is known by the issuer and `sub` (RFC 7519 section 4.1.2)",
            );
        }
        if let (Some(key), None | Some(Mark::Sub | Mark::Scopes)) = (&field.ignore_unknown, mark) {
            errors.at(
                key,
                "`ignore_unknown` is for the field that is marked `roles`",
                "remove it: any scope is accepted, and serde ignores unknown claims",
            );
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
