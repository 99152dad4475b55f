//! The split signature, compared with syn's parser.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, GenericParam, ItemFn, ReturnType};

use super::{Parameter, Signature};
use crate::tokens::text;

const VISIBILITIES: [&str; 4] = ["", "pub", "pub(crate)", "pub(in crate::a)"];
const QUALIFIERS: [&str; 4] = ["", "async", "const unsafe", "unsafe extern \"C\""];
const GENERICS: [&str; 5] = [
    "",
    "<>",
    "<'a, T>",
    "<T: Into<Vec<u8>> + Fn(u8) -> u8, const N: usize>",
    "<'a: 'static, T = Vec<(u8, u8)>,>",
];
const ARGUMENTS: [&str; 8] = [
    "",
    "user: Auth<User>",
    "#[cfg(a)] user: Auth<User>,",
    "mut user: a::Auth<Vec<u8>>, Json(body): Json<HashMap<String, Vec<u8>>>",
    "Auth(user): Auth<User, R>, State { app, .. }: State<App>,",
    "f: impl Fn(u8) -> Vec<u8>, a: [u8; { 1 < 2 } as usize]",
    "_: <T as Into<U>>::Output, x: &'a mut dyn Fn(&str) -> bool",
    "(a, b): (u8, Vec<(u8, u8)>), #[doc = \"a\"] c: fn(u8) -> u8",
];
const RESULTS: [&str; 5] = [
    "",
    "-> String",
    "-> Result<Json<Vec<u8>>, (Status, String)>",
    "-> impl Future<Output = u8> + Send + 'static",
    "-> Box<dyn Fn(u8) -> u8>",
];
const CONDITIONS: [&str; 3] = [
    "",
    "where T: Clone",
    "where T: Fn(u8) -> u8, for<'b> &'b T: Copy,",
];

fn of(tokens: impl ToTokens) -> String {
    text::of(&tokens.to_token_stream())
}

fn compare(source: &str) {
    let tokens: TokenStream = source.parse().expect("tokens");
    let Ok(sure) = syn::parse2::<ItemFn>(tokens.clone()) else {
        return;
    };
    let read = Signature::read(&tokens).unwrap_or_else(|| panic!("not read: {source}"));
    assert_eq!(of(&read.vis), of(&sure.vis), "{source}");
    assert_eq!(read.name, sure.sig.ident, "{source}");
    assert_eq!(read.attrs.len(), sure.attrs.len(), "{source}");
    let parameters: Vec<String> = read
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Lifetime(lifetime) => of(lifetime),
            Parameter::Type(name) | Parameter::Const(name) => name.to_string(),
        })
        .collect();
    let expected: Vec<String> = sure
        .sig
        .generics
        .params
        .iter()
        .map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => of(&lifetime.lifetime),
            GenericParam::Type(ty) => ty.ident.to_string(),
            GenericParam::Const(constant) => constant.ident.to_string(),
        })
        .collect();
    assert_eq!(parameters, expected, "{source}");
    let arguments: Vec<_> = read
        .arguments
        .iter()
        .map(|argument| {
            (
                argument.attrs.len(),
                of(&argument.pattern),
                of(&argument.ty),
            )
        })
        .collect();
    let expected: Vec<_> = sure
        .sig
        .inputs
        .iter()
        .map(|argument| match argument {
            FnArg::Typed(typed) => (typed.attrs.len(), of(&typed.pat), of(&typed.ty)),
            FnArg::Receiver(_) => panic!("a function has no receiver: {source}"),
        })
        .collect();
    assert_eq!(arguments, expected, "{source}");
    let output = read.output().map(|result| {
        let tokens: TokenStream = result.iter().cloned().collect();
        text::of(&tokens)
    });
    let expected = match &sure.sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(of(ty)),
    };
    assert_eq!(output, expected, "{source}");
    assert_eq!(
        of(&read.where_clause),
        of(&sure.sig.generics.where_clause),
        "{source}"
    );
    assert_eq!(of(&read.body), of(&sure.block), "{source}");
}

#[test]
fn a_signature_is_split_as_syn_splits_it() {
    let mut cases = 0;
    for vis in VISIBILITIES {
        for qualifiers in QUALIFIERS {
            for generics in GENERICS {
                for arguments in ARGUMENTS {
                    for result in RESULTS {
                        for condition in CONDITIONS {
                            compare(&format!(
                                "#[doc = \"a\"] {vis} {qualifiers} fn name{generics}({arguments}) \
                                 {result} {condition} {{ 1 < 2; }}"
                            ));
                            cases += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cases, 9_600);
}
