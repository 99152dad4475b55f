async fn update(user: Auth<User, update>, State(app): State<App>) {}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
struct update {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use ::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = ::jam::options::header;
        let _ = ::jam::options::any;
        let _ = ::jam::options::policy;
    }
    #[automatically_derived]
    impl __jam::Rule for update {
        type Payload = User;
        type Front = __jam::GateAnd<Self>;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const {
                &__jam::said([
                    __jam::Word::Backend("jwt"),
                    __jam::Word::Or,
                    __jam::of::<User>().backend_type::<keys::ApiKeys<A, B>>(),
                    __jam::Word::Header("x-api-key"),
                    __jam::Word::All,
                ])
            }
        }
    }
    #[automatically_derived]
    impl __jam::Policed<App> for update {
        fn policies() -> &'static __jam::Policies<App> {
            static POLICIES: __jam::LazyLock<__jam::Policies<App>> = __jam::LazyLock::new(||
            __jam::Policies::new().and(note_owner, "note_owner").and(paid, "paid"));
            &POLICIES
        }
    }
    fn __jam_check() {
        __jam::need_send2(update)
    }
    let _ = __jam::of::<User>().backend_type::<keys::ApiKeys<A, B>>();
};
