fn routes() -> JamRouter<App> {
    let __jam_state = ::jam::__private::PhantomData;
    ::jam::__private::with_state(
        __jam_state,
        {
            let __jam_table = ::jam::__private::table(__jam_state);
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    {
                        use ::jam::dsl::*;
                        {
                            use public as _;
                        }
                    }
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    public("probe")
                });
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&ops::health, __jam_state))
                    .__jam_passing()
            };
            let __jam_table = __jam_table
                .route(
                    ::jam::__private::Verb::Get,
                    "/healthz",
                    __jam_passing,
                    ops::health,
                    "ops::health",
                );
            let __jam_passing = ::jam::__private::InRequest;
            let __jam_table = __jam_table
                .route(
                    ::jam::__private::Verb::Any,
                    "/x",
                    __jam_passing,
                    |x: u8| async move { x },
                    "|x:u8|async move{x}",
                );
            let __jam_table = __jam_table.end();
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    {
                        use ::jam::dsl::*;
                        {
                            use user as _;
                        }
                    }
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    user::<Of<User, u8>>()
                });
            let __jam_passing = ::jam::__private::InRequest;
            let __jam_table = __jam_table
                .route(
                    ::jam::__private::Verb::Post,
                    "/notes",
                    __jam_passing,
                    notes::create::<Db, _>,
                    "notes::create::<Db, _>",
                );
            let __jam_table = __jam_table.end();
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    EMPTY
                });
            let __jam_table = __jam_table.end();
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    WEB.or(API)
                });
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&notes::update, __jam_state))
                    .__jam_passing()
            };
            let __jam_table = __jam_table
                .row(
                    const {
                        #[allow(unused_imports)]
                        use ::jam::dsl::*;
                        ((WEB.or(API)).scope("a")).hide()
                    },
                    ::jam::__private::Verb::Put,
                    "/notes/{id}",
                    __jam_passing,
                    notes::update,
                    "notes::update",
                    ::jam::__private::Policies::new()
                        .and(owner, "owner")
                        .and(policies::within(3), "policies::within(3)"),
                );
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&notes::show, __jam_state))
                    .__jam_passing()
            };
            let __jam_table = __jam_table
                .row(
                    const {
                        #[allow(unused_imports)]
                        use ::jam::dsl::*;
                        WEB.or(API)
                    },
                    ::jam::__private::Verb::Get,
                    "/notes/{id}",
                    __jam_passing,
                    notes::show,
                    "notes::show",
                    ::jam::__private::Policies::new().and(owner, "owner"),
                );
            let __jam_table = __jam_table.mount("/metrics", metrics(), "metrics()");
            let __jam_table = __jam_table
                .mount_by(
                    const {
                        #[allow(unused_imports)]
                        use ::jam::dsl::*;
                        (WEB.or(API)).role(Role::Admin)
                    },
                    "/admin",
                    admin::<Db>(),
                    "admin::<Db>()",
                    ::jam::__private::Policies::new(),
                );
            let __jam_table = __jam_table.end();
            #[allow(unused_imports)]
            {
                use ::jam::dsl::*;
                {
                    use declared as _;
                }
            }
            let __jam_table = __jam_table
                .declared()
                .route(::jam::__private::Verb::Get, "/me", pages::me, "pages::me")
                .route(
                    ::jam::__private::Verb::Put,
                    "/me",
                    pages::edit::<Db>,
                    "pages::edit::<Db>",
                )
                .end();
            let __jam_table = __jam_table.merge(reports::routes());
            let __jam_table = __jam_table.nest("/api/v1", api::routes::<Db>());
            __jam_table
        },
    )
}
