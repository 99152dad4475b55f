fn routes() -> JamRouter<App> {
    let __jam_table = ::jam::JamRouter::new();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            WEB
        })
        .route(::jam::Verb::Get, "/a", a, "a")
        .route(::jam::Verb::Get, "/b", b, "b")
        .route(::jam::Verb::Get, "/d", d, "d")
        .route(::jam::Verb::Get, "/e", e, "e")
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
            ::jam::Verb::Get,
            "/f",
            f,
            "f",
            ::jam::__private::Policies::new(),
        )
        .route(::jam::Verb::Get, "/g", g, "g")
        .end();
    let __jam_table = __jam_table
        .section(const {
            #[allow(unused_imports)]
            use ::jam::dsl::*;
            ADMIN
        })
        .route(::jam::Verb::Get, "/h", h, "h")
        .end();
    ::core::compile_error! {
        "unknown verb `GET`\n= help: did you mean `get`?"
    }
    ::core::compile_error! {
        "expected `,` before `b`\n= help: write `, b`"
    }
    ::core::compile_error! {
        "this row has no handler\n= help: write `get(\"/c\", handler)`"
    }
    ::core::compile_error! {
        "expected `,` before `get`\n= help: write `, get`"
    }
    ::core::compile_error! {
        "a row has no `roel`\n= help: did you mean `role`?"
    }
    ::core::compile_error! {
        "rules of a row only narrow, and `optional` does not\n= help: put it on the section's rule: `WEB.optional() = [..]`"
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
}
