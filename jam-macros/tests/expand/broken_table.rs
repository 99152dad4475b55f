fn routes() -> JamRouter<App> {
    let __jam_state = ::jam::__private::PhantomData;
    ::jam::__private::with_state(
        __jam_state,
        {
            let __jam_table = ::jam::__private::table(__jam_state);
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    WEB
                });
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&a, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/a", __jam_passing, a, "a");
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&b, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/b", __jam_passing, b, "b");
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&d, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/d", __jam_passing, d, "d");
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&e, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/e", __jam_passing, e, "e");
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&f, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .row(
                    const {
                        #[allow(unused_imports)]
                        use ::jam::dsl::*;
                        #[allow(unexpected_cfgs)]
                        {
                            #[cfg(rust_analyzer)]
                            let _ = (WEB).roel;
                        }
                        #[allow(unexpected_cfgs)]
                        {
                            #[cfg(rust_analyzer)]
                            let _ = (WEB).optional;
                        }
                        #[allow(unexpected_cfgs)]
                        {
                            #[cfg(rust_analyzer)]
                            let _ = (WEB).__jam_nothing;
                        }
                        (WEB).role(Role::Admin)
                    },
                    ::jam::__private::Verb::Get,
                    "/f",
                    __jam_passing,
                    f,
                    "f",
                    ::jam::__private::Policies::new(),
                );
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&g, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/g", __jam_passing, g, "g");
            let __jam_table = __jam_table.end();
            let __jam_table = __jam_table
                .section(const {
                    #[allow(unused_imports)]
                    use ::jam::dsl::*;
                    ADMIN
                });
            let __jam_passing = {
                use ::jam::__private::{Otherwise as _, ReceivesCaller as _};
                (&::jam::__private::Handed::to(&h, __jam_state)).__jam_passing()
            };
            let __jam_table = __jam_table
                .route(::jam::__private::Verb::Get, "/h", __jam_passing, h, "h");
            let __jam_table = __jam_table.end();
            ::core::compile_error! {
                "unknown verb `GET`\n= help: did you mean `get`?"
            }
            ::core::compile_error! {
                "expected `,` before `b`\n= help: write `, b`"
            }
            ::core::compile_error! {
                "there is no handler here\n= help: write `get(\"/c\", handler)`"
            }
            ::core::compile_error! {
                "expected `,` before `get`\n= help: write `, get`"
            }
            ::core::compile_error! {
                "a row has no `roel`\n= help: did you mean `role`?"
            }
            ::core::compile_error! {
                "a row can only narrow the rule of its section, and `optional` does not\n= help: put it on the section's rule: `WEB.optional() = [..]`"
            }
            ::core::compile_error! {
                "a row has no `await`\n= help: write one of `role`, `any_role`, `scope`, `fresh`, `policy`, `hide`"
            }
            ::core::compile_error! {
                "expected a word behind the `.`\n= help: write one of `role`, `any_role`, `scope`, `fresh`, `policy`, `hide`"
            }
            ::core::compile_error! {
                "expected a row\n= help: write `get(\"/path\", handler)`"
            }
            ::core::compile_error! {
                "expected `,` before `ADMIN`\n= help: write `, ADMIN`"
            }
            ::core::compile_error! {
                "`get` stands outside of every rule\n= help: say who may call it: `public(\"why\") = [get(\"/i\", i)]`, or a rule `= [..]`"
            }
            __jam_table
        },
    )
}
