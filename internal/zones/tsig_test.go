package zones

import (
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	const good = "key \"Transfer.Example\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n"
	tests := []struct{ name, text, want string }{
		{"of tsig-keygen", good, "transfer.example. hmac-sha256. c2VjcmV0"},
		{"with comments", "# a\n// b\n/* c\n */" + good, "transfer.example. hmac-sha256. c2VjcmV0"},
		{"without quotes", "key k{secret c2VjcmV0;algorithm HMAC-SHA512;};", "k. hmac-sha512. c2VjcmV0"},
		{"empty", "", "there is no key in it"},
		{"another statement", "zone x {};", "there is no key in it"},
		{"cut", good[:40], "the key has no end"},
		{"two", good + good, "there are several keys in it"},
		{"an old algorithm", strings.Replace(good, "sha256", "md5", 1), "the algorithm is none of hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512"},
		{"no base64", strings.Replace(good, "c2VjcmV0", "c2Vjcm!", 1), "the secret is not base64"},
		{"no secret", "key k { algorithm hmac-sha256; };", "the secret is not base64"},
		{"no semicolon", "key k { algorithm hmac-sha256 secret x; };", "a semicolon is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			key, err := parseKey(tt.text)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = key.name + " " + key.algorithm + " " + key.secret
			}
			if got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}
