//! The curve of Ed25519 (RFC 8032 section 5.1), as far as a public key is checked.
//!
//! Only public points are computed with, so the time may depend on them.

/// A number below 2^256 that stands for its remainder by the prime 2^255 - 19. The lowest word is first.
#[derive(Clone, Copy)]
struct Number([u64; 4]);

const ONE: Number = Number([1, 0, 0, 0]);

/// The constant `d` of the curve.
const D: Number = Number([
    0x75eb_4dca_1359_78a3,
    0x0070_0a4d_4141_d8ab,
    0x8cc7_4079_7779_e898,
    0x5203_6cee_2b6f_fe73,
]);

/// The prime.
const PRIME: [u64; 4] = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];

/// Returns `true` if a point of the curve has this `y`, which is little-endian (RFC 8032 section 5.1.3).
pub(super) fn has_point(y: &[u8; 32]) -> bool {
    let (words, _) = y.as_chunks::<8>();
    let mut number = [0; 4];
    for (word, bytes) in number.iter_mut().zip(words) {
        *word = u64::from_le_bytes(*bytes);
    }
    let square = Number(number).times(Number(number));
    // x^2 = (y^2 - 1) / (d y^2 + 1). A quotient has a root if the product has one, and -1 is a square.
    let product = ONE.minus(square).times(D.times(square).plus(ONE)).reduced();
    product == [0; 4] || Number(product).is_square()
}

impl Number {
    fn plus(self, other: Self) -> Self {
        let mut sum = [0; 8];
        let mut carry = 0;
        for ((word, one), other) in sum.iter_mut().zip(self.0).zip(other.0) {
            let total = u128::from(one) + u128::from(other) + carry;
            (*word, carry) = split(total);
        }
        sum[4] = low(carry);
        folded(&sum)
    }

    /// Adds `other` times -1, which is 2^255 - 20.
    fn minus(self, other: Self) -> Self {
        let minus_one = Self([PRIME[0] - 1, PRIME[1], PRIME[2], PRIME[3]]);
        self.plus(other.times(minus_one))
    }

    fn times(self, other: Self) -> Self {
        let mut product = [0; 8];
        for (at, one) in self.0.into_iter().enumerate() {
            let mut carry = 0;
            for (word, other) in product[at..].iter_mut().zip(other.0) {
                let total = u128::from(one) * u128::from(other) + u128::from(*word) + carry;
                (*word, carry) = split(total);
            }
            product[at + 4] = low(carry);
        }
        folded(&product)
    }

    /// Euler's criterion: the power (p - 1) / 2 = 2^254 - 10 of a square is 1.
    fn is_square(self) -> bool {
        let mut power = ONE;
        for bit in (0..254).rev() {
            power = power.times(power);
            // All bits are set but those of 9: 2^254 - 10 = (2^254 - 1) - 9.
            if bit != 0 && bit != 3 {
                power = power.times(self);
            }
        }
        power.reduced() == ONE.0
    }

    /// Returns the remainder by the prime.
    fn reduced(self) -> [u64; 4] {
        let mut words = self.0;
        // It is below 2^256, so twice the prime is taken off at most.
        for _ in 0..2 {
            let (mut less, mut borrow) = ([0; 4], false);
            for ((word, one), prime) in less.iter_mut().zip(words).zip(PRIME) {
                let (difference, first) = one.overflowing_sub(prime);
                let (difference, second) = difference.overflowing_sub(u64::from(borrow));
                (*word, borrow) = (difference, first | second);
            }
            if !borrow {
                words = less;
            }
        }
        words
    }
}

/// Adds the upper half of a number 38 times to the lower one: 2^256 is 38 more than a multiple of the prime.
fn folded(words: &[u64; 8]) -> Number {
    let mut sum = *words;
    // The first time leaves a small upper half, the second time a carry at most, and the third time nothing.
    for _ in 0..3 {
        let [a, b, c, d, upper @ ..] = sum;
        let mut carry = 0;
        sum = [0; 8];
        for ((word, low), high) in sum.iter_mut().zip([a, b, c, d]).zip(upper) {
            let total = u128::from(low) + 38 * u128::from(high) + carry;
            (*word, carry) = split(total);
        }
        sum[4] = low(carry);
    }
    Number([sum[0], sum[1], sum[2], sum[3]])
}

/// Returns the lower word, and the rest.
fn split(total: u128) -> (u64, u128) {
    (low(total), total >> 64)
}

#[allow(clippy::cast_possible_truncation)] // the lower word is what is asked for
fn low(total: u128) -> u64 {
    total as u64
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::{D, Number, PRIME, folded, has_point};

    fn big(words: &[u64]) -> BigUint {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        BigUint::from_bytes_le(&bytes)
    }

    fn prime() -> BigUint {
        (BigUint::from(1_u8) << 255) - BigUint::from(19_u8)
    }

    /// Says the same with the numbers of a library: the point is computed, and put into the equation.
    fn surely_has_point(y: &[u8; 32]) -> bool {
        let (p, one) = (prime(), BigUint::from(1_u8));
        let y = BigUint::from_bytes_le(y);
        let square = &y * &y % &p;
        let u = (&square + &p - &one) % &p;
        let v = (big(&D.0) * &square + &one) % &p;
        let quotient = u * v.modpow(&(&p - 2_u8), &p) % &p;
        let root = quotient.modpow(&((&p + 3_u8) >> 3), &p);
        let twist = BigUint::from(2_u8).modpow(&((&p - &one) >> 2), &p);
        [&root % &p, root * twist % &p]
            .iter()
            .any(|x| x * x % &p == quotient)
    }

    #[test]
    fn the_constants_are_those_of_the_rfc() {
        assert_eq!(big(&PRIME), prime());
        // d = -121665 / 121666
        let p = prime();
        assert_eq!(
            (big(&D.0) * 121_666_u32 + 121_665_u32) % p,
            BigUint::default()
        );
    }

    #[test]
    fn the_largest_numbers_are_folded() {
        let folded = folded(&[u64::MAX; 8]);
        assert_eq!(big(&folded.reduced()), big(&[u64::MAX; 8]) % prime());
        let largest = Number([u64::MAX; 4]);
        for (number, expected) in [
            (largest.plus(largest), big(&[u64::MAX; 4]) * 2_u8),
            (largest.times(largest), big(&[u64::MAX; 4]).pow(2)),
            (Number(PRIME), BigUint::default()),
            (Number(PRIME).plus(Number(PRIME)), BigUint::default()),
        ] {
            assert_eq!(big(&number.reduced()), expected % prime());
        }
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_library(one: [u64; 4], other: [u64; 4]) {
            let (p, sum) = (prime(), Number(one).plus(Number(other)));
            prop_assert_eq!(big(&sum.reduced()), (big(&one) + big(&other)) % &p);
            let product = Number(one).times(Number(other));
            prop_assert_eq!(big(&product.reduced()), big(&one) * big(&other) % &p);
            let difference = Number(one).minus(Number(other));
            prop_assert_eq!((big(&difference.reduced()) + big(&other)) % &p, big(&one) % &p);
        }

        #[test]
        fn half_of_all_numbers_have_a_point(mut y: [u8; 32]) {
            y[31] &= 0x7f;
            prop_assert_eq!(has_point(&y), surely_has_point(&y));
        }
    }
}
