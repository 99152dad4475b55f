fn routes() -> JamRouter<App> {
    let __jam_table = ::jam::JamRouter::new();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            public("probe")
        })
        .route(::jam::Verb::Get, "/healthz", ops::health, "ops::health")
        .route(::jam::Verb::Any, "/x", |x: u8| async move { x }, "|x:u8|async move{x}")
        .end();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            user::<Of<User, u8>>()
        })
        .route(
            ::jam::Verb::Post,
            "/notes",
            notes::create::<Db, _>,
            "notes::create::<Db, _>",
        )
        .end();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            EMPTY
        })
        .end();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            WEB.or(API)
        })
        .row(
            const {
                #[allow(unused_imports)]
                use ::jam::dsl::*;
                ((WEB.or(API)).scope("a")).hide()
            },
            ::jam::Verb::Put,
            "/notes/{id}",
            notes::update,
            "notes::update",
            ::jam::__private::Policies::new()
                .and(owner, "owner")
                .and(policies::within(3), "policies::within(3)"),
        )
        .row(
            const {
                #[allow(unused_imports)]
                use ::jam::dsl::*;
                WEB.or(API)
            },
            ::jam::Verb::Get,
            "/notes/{id}",
            notes::show,
            "notes::show",
            ::jam::__private::Policies::new().and(owner, "owner"),
        )
        .mount("/metrics", metrics(), "metrics()")
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
        )
        .end();
    let __jam_handler0 = pages::me;
    let __jam_handler1 = pages::edit::<Db>;
    let __jam_table = __jam_table
        .declared()
        .route::<pages::me, _, _>(::jam::Verb::Get, "/me", (__jam_handler0), "pages::me")
        .route::<
            pages::edit,
            _,
            _,
        >(::jam::Verb::Put, "/me", (__jam_handler1), "pages::edit::<Db>")
        .end();
    let __jam_table = __jam_table.merge(reports::routes());
    __jam_table
}
