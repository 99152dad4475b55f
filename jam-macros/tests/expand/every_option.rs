async fn edit<D: Db, const N: usize>(
    mut user: jam::Auth<User, crate::auth::jam::__private::Gated<__jam_rule_of_edit>>,
    db: State<D>,
) -> impl IntoResponse
where
    D: Clone,
{}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct __jam_rule_of_edit {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl crate::auth::jam::__private::AttributeRule<User> for __jam_rule_of_edit {
    fn rule<__Lazily>() -> &'static crate::auth::jam::__private::Access<User> {
        const {
            &crate::auth::jam::__private::said([
                crate::auth::jam::__private::Word::Plain(
                    "backend=session header=x-id cookie login=/login",
                ),
                crate::auth::jam::__private::of::<User>().role(Role::C),
                crate::auth::jam::__private::of::<User>().any_role(&[Role::A, Role::B]),
                crate::auth::jam::__private::of::<User>().scope("a"),
                crate::auth::jam::__private::of::<User>().scope("b"),
                crate::auth::jam::__private::Word::Plain("fresh=300 hide"),
            ])
        }
    }
    #[cfg(rust_analyzer)]
    fn options() {
        crate::auth::jam::options::backend;
        crate::auth::jam::options::header;
        crate::auth::jam::options::cookie;
        crate::auth::jam::options::hide;
        crate::auth::jam::options::scope;
        crate::auth::jam::options::fresh;
        crate::auth::jam::options::login;
        crate::auth::jam::options::any_role;
        crate::auth::jam::options::role;
    }
}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    fn __jam_check<D: Db, const N: usize>()
    where
        D: Clone,
    {
        return;
        crate::auth::jam::__private::takes_gated2::<
            __jam_rule_of_edit,
            _,
            _,
            _,
        >(edit::<D, N>)
    }
    let _ = crate::auth::jam::__private::of::<User>().scope("a");
    let _ = crate::auth::jam::__private::of::<User>().scope("b");
};
