// The builder has no backend.

use jam::Jam;

fn main() {
    let _ = Jam::builder().origin("https://app.example").build();
}
