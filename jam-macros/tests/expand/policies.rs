async fn update(
    user: Auth<User, ::jam::__private::GatedWithPolicies<__jam_rule_of_update>>,
    State(app): State<App>,
) {}
#[doc(hidden)]
#[allow(non_camel_case_types, clippy::exhaustive_structs)]
struct __jam_rule_of_update {}
#[automatically_derived]
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
impl ::jam::__private::AttributeRule<User> for __jam_rule_of_update {
    fn rule<__Lazily>() -> &'static ::jam::__private::Access<User> {
        const {
            &::jam::__private::said([
                ::jam::__private::Word::Plain("backend=jwt or"),
                ::jam::__private::of::<User>().backend_type::<keys::ApiKeys<A, B>>(),
                ::jam::__private::Word::Plain("header=x-api-key all"),
            ])
        }
    }
    fn check() {
        return;
        ::jam::__private::takes_caller2::<
            ::jam::__private::Auth<_, ::jam::__private::GatedWithPolicies<Self>>,
            _,
            _,
        >(update)
    }
    #[cfg(rust_analyzer)]
    fn options() {
        ::jam::options::header;
        ::jam::options::any;
        ::jam::options::policy;
    }
}
#[automatically_derived]
#[allow(deprecated, unused_qualifications)]
impl ::jam::__private::Policed<App> for __jam_rule_of_update {
    fn policies() -> &'static ::jam::__private::Policies<App> {
        static __JAM_POLICIES: ::jam::__private::LazyLock<
            ::jam::__private::Policies<App>,
        > = ::jam::__private::LazyLock::new(|| {
            ::jam::__private::Policies::new()
                .and(note_owner, "note_owner")
                .and(paid, "paid")
        });
        &__JAM_POLICIES
    }
}
#[allow(deprecated, unexpected_cfgs, unreachable_code, unused_qualifications)]
const _: () = {
    let _ = ::jam::__private::of::<User>().backend_type::<keys::ApiKeys<A, B>>();
};
