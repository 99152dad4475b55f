//! TLS, and the parameter `sslmode`.

mod common;

#[cfg(not(feature = "tls"))]
#[test]
fn without_the_feature_tls_cannot_be_required() {
    let made = jam_postgres::PostgresStore::connect("postgres://localhost/app?sslmode=require");
    common::assert_names(made, "feature `tls`");
}

#[cfg(feature = "tls")]
mod with_tls {
    use std::sync::Arc;

    use jam_core::session::SessionStore;
    use jam_postgres::{PostgresOptions, PostgresStore};
    use jam_servers::postgres::Postgres;
    use rustls::crypto::aws_lc_rs::default_provider;
    use rustls::{ClientConfig, RootCertStore};
    use tokio_postgres_rustls::MakeRustlsConnect;

    use super::common::{assert_names, told};

    #[tokio::test]
    async fn a_certificate_is_checked_and_the_application_may_trust_others() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let server = Postgres::start();
        let url = server.url().replace("127.0.0.1", "localhost");
        let require = url.replace("sslmode=disable", "sslmode=require");
        let store = PostgresStore::connect(&require).expect("the address is good");
        assert_names(store.migrate().await, "TLS");
        let folder = server.sql("postgres", "SHOW data_directory");
        for (name, text) in [
            ("server.crt", made.cert.pem()),
            ("server.key", made.signing_key.serialize_pem()),
        ] {
            // The server writes its own files, with its own permissions.
            let write = format!(
                "COPY (SELECT unnest(string_to_array(rtrim('{text}', E'\\n'), E'\\n'))) TO '{folder}/{name}'"
            );
            server.sql("postgres", &write);
            let chmod = format!("COPY (SELECT 1) TO PROGRAM 'chmod 600 {folder}/{name}'");
            server.sql("postgres", &chmod);
        }
        server.sql("postgres", "ALTER SYSTEM SET ssl = on");
        server.sql("postgres", "SELECT pg_reload_conf()");
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).expect("a root");
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let config = require.parse().expect("the address is good");
        let trusting = PostgresOptions::new().connect_with(config, MakeRustlsConnect::new(tls));
        let trusting = trusting.expect("the prefix is good");
        super::common::until_ok(std::time::Duration::from_secs(5), || trusting.migrate()).await;
        let client = trusting.pool().get().await.expect("a connection");
        let row = client.query_one(
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            &[],
        );
        assert!(row.await.expect("it answers").get::<_, bool>(0));
        let mut changes = trusting.changes().expect("it tells of changes");
        told(&mut changes, jam_core::session::Change::Missed).await;
        for url in [&require, &require.replace("require", "prefer")] {
            let store = PostgresStore::connect(url).expect("the address is good");
            assert_names(store.migrate().await, "TLS");
        }
        let plain = PostgresStore::connect(&url).expect("the address is good");
        plain
            .migrate()
            .await
            .expect("`disable` needs no certificate");
    }
}
