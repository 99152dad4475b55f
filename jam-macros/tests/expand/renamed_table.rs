fn routes() -> JamRouter<App> {
    let __jam_state = auth::jam::__private::PhantomData;
    auth::jam::__private::with_state(
        __jam_state,
        {
            let __jam_table = auth::jam::__private::table(__jam_state);
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    use auth::jam::dsl::*;
                    WEB
                });
            let __jam_passing = {
                use auth::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&auth::jam::__private::Handed::to(&a, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(auth::jam::__private::Verb::Get, "/a", __jam_passing, a, "a");
            let __jam_table = __jam_table.end();
            #[allow(unused_imports)]
            {
                use auth::jam::dsl::*;
                {
                    use declared as _;
                }
            }
            let __jam_table = __jam_table
                .declared()
                .route(auth::jam::__private::Verb::Get, "/b", b, "b")
                .end();
            __jam_table
        },
    )
}
