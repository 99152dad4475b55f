//! Tokens of other libraries that Jam verifies, and tokens of Jam that other libraries verify.

#[cfg(feature = "asymmetric")]
pub(crate) mod algorithms;
#[cfg(all(feature = "asymmetric", feature = "jsonwebtoken"))]
pub(crate) mod rust;

use std::path::{Path, PathBuf};
use std::process::Command;

use jam::{Jam, JamPayload, Jwt};
use serde::{Deserialize, Serialize};

const SECRET: &str = "jam-interop-secret-0123456789abcdef0123456789abcdef";

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

/// One stored token of each library. A change of an installed library does not change these tokens.
const KEPT: [&str; 2] = [
    // jamlib 2.5.6.post0
    "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogImp3dCJ9.eyJqdGkiOiAiNGRmNWIxYzctOGU3Zi00NmQ5LWJlMmUtYTNiMTRiNzgzYWYzIiwgImV4cCI6IDIxMTA4MDg4NjEuNDc2NDY5LCAiaWF0IjogMTc5NTQ0ODg2MS40NzY0NzgsICJ1c2VyIjogMX0.AkXYvWs7gJXhCX9L9_dMivnu0SBnrldhkGXhMDCabV0",
    // jamlib 4.2.1
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiI0MjMyYzZiNC04YmNmLTQ4NzQtOGE2NC01Mjk3MWFjODRmNzQiLCJpYXQiOjE3OTU0NDg4NjEsInN1YiI6InVzZXItMSIsImV4cCI6MjExMDgwODg2MSwidXNlciI6MX0.2k23R_VfhCRkQWEyzRYtuD-aJcy9CbdX6-d4tmTWvqU",
];

struct Library {
    package: &'static str,
    /// A script that prints a token of user 1 that is valid for 600 s.
    issue: &'static str,
    /// A script that prints the `user` of the token in `sys.argv[1]`, or fails.
    verify: &'static str,
}

const LIBRARIES: [Library; 3] = [
    Library {
        package: "jamlib==2.5.6.post0",
        issue: "print(jam25.jwt_create_token(jam25.jwt_make_payload(exp=600, data={'user': 1})))",
        verify: "print(jam25.jwt_verify_token(sys.argv[1], check_exp=True, check_list=False)['user'])",
    },
    Library {
        package: "jamlib==4.2.1",
        issue: "print(jam42.issue({'id': 'user-1', 'user': 1}, via='jwt', exp=600))",
        verify: "print(jam42.authenticate(sys.argv[1], via='jwt').claims['user'])",
    },
    Library {
        package: "PyJWT[crypto]==2.15.1",
        issue: "print(jwt.encode({'user': 1, 'exp': int(time.time()) + 600}, SECRET, algorithm='HS256'))",
        verify: "print(jwt.decode(sys.argv[1], SECRET, algorithms=['HS256'])['user'])",
    },
];

impl Library {
    fn prologue(&self) -> String {
        let set_up = match self.package {
            "jamlib==2.5.6.post0" => {
                "from jam import Jam\n\
                 jam25 = Jam(config={'jwt': {'alg': 'HS256', 'secret_key': SECRET, 'expire': 3600}})"
            }
            "jamlib==4.2.1" => {
                "from jam import Jam\n\
                 jam42 = Jam(config={'jose': {'jwt': {'alg': 'HS256', 'secret_key': SECRET}}})"
            }
            _ => "import jwt",
        };
        format!("import sys, time\nSECRET = '{SECRET}'\n{set_up}\n")
    }

    /// Creates a virtual environment for this library, because two of the libraries have the same
    /// package name.
    fn python(&self, python: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("python")
            .join(self.package);
        let inside = folder.join("bin").join("python");
        if !folder.join("ready").exists() {
            run(Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&folder));
            let pip = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ];
            run(Command::new(&inside).args(pip).arg(self.package));
            std::fs::write(folder.join("ready"), "").unwrap();
        }
        inside
    }

    fn run(&self, python: &Path, code: &str, argument: &str) -> String {
        let program = self.prologue() + code;
        run(Command::new(python).args(["-c", &program, argument]))
    }
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{command:?}\n{out}{err}");
    out.trim().to_owned()
}

pub(crate) fn with_python(python: &str) {
    let jam = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    for token in KEPT {
        assert_eq!(jam.verify_jwt_token::<User>(token).unwrap().user, 1);
    }
    let ours = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    for library in &LIBRARIES {
        let inside = library.python(python);
        let theirs = library.run(&inside, library.issue, "");
        let read = jam.verify_jwt_token::<User>(&theirs);
        assert_eq!(read.unwrap().user, 1, "{} to us", library.package);
        let user = library.run(&inside, library.verify, ours.as_str());
        assert_eq!(user, "1", "us to {}", library.package);
    }
}
