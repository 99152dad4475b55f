async fn edit<D: Db, const N: usize>(
    mut user: jam::Auth<User, edit>,
    db: State<D>,
) -> impl IntoResponse
where
    D: Clone,
{}
#[doc(hidden)]
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types,
    unreachable_pub,
    clippy::exhaustive_structs
)]
struct edit {}
#[allow(deprecated, unexpected_cfgs, unused_qualifications)]
const _: () = {
    use crate::auth::jam::__private as __jam;
    #[cfg(rust_analyzer)]
    fn __jam_options() {
        let _ = crate::auth::jam::options::backend;
        let _ = crate::auth::jam::options::header;
        let _ = crate::auth::jam::options::cookie;
        let _ = crate::auth::jam::options::hide;
        let _ = crate::auth::jam::options::scope;
        let _ = crate::auth::jam::options::fresh;
        let _ = crate::auth::jam::options::login;
        let _ = crate::auth::jam::options::any_role;
        let _ = crate::auth::jam::options::role;
    }
    #[automatically_derived]
    impl __jam::Rule for edit {
        type Payload = User;
        type Front = __jam::Gate;
        fn rule<Lazily>() -> &'static __jam::Access<User> {
            const {
                &__jam::said([
                    __jam::Word::Backend("session"),
                    __jam::Word::Header("x-id"),
                    __jam::Word::CookieDefault,
                    __jam::Word::Login("/login"),
                    __jam::of::<User>().role(Role::C),
                    __jam::of::<User>().any_role(&[Role::A, Role::B]),
                    __jam::of::<User>().scope("a"),
                    __jam::of::<User>().scope("b"),
                    __jam::Word::Fresh(300),
                    __jam::Word::Hide,
                ])
            }
        }
    }
    fn __jam_check<D: Db, const N: usize>()
    where
        D: Clone,
    {
        __jam::need_send2(edit::<D, N>)
    }
    let _ = __jam::of::<User>().scope("a");
    let _ = __jam::of::<User>().scope("b");
};
