using System.Security.Cryptography;
using PeerReplica.Security;

namespace PeerReplica.Tests.Security;

public sealed class SecretStrengthTests
{
    [Fact]
    public void Generated_secrets_are_accepted_in_every_usual_form()
    {
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = RandomNumberGenerator.GetBytes(32 + (i % 33));
            string[] forms =
            [
                Convert.ToBase64String(bytes), Convert.ToBase64String(bytes) + "\n", Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes),
                Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            ];
            foreach (var form in forms) Assert.True(SecretStrength.WhyWeak(form) is null, $"{form}: {SecretStrength.WhyWeak(form)}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("too short")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("qV3xT9qV3xT9qV3xT9qV3xT9qV3xT9qV3xT9qV3xT9qV3xT9")]
    [InlineData("correct horse battery staple, and again and again and again")]
    [InlineData("CorrectHorseBatteryStapleAndThenSomeMoreWordsToMakeItLong")]
    [InlineData("correcthorsebatterystaplecorrecthorsebatterystaplecorrect")]
    [InlineData("the secret of the tests")]
    [InlineData("hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000001")]
    public void What_nobody_generated_is_refused(string secret) => Assert.NotNull(SecretStrength.WhyWeak(secret));

    [Fact]
    public void One_byte_short_of_256_bits_is_refused()
    {
        Assert.NotNull(SecretStrength.WhyWeak(Convert.ToBase64String(RandomNumberGenerator.GetBytes(31))));
        Assert.NotNull(SecretStrength.WhyWeak(Convert.ToHexString(RandomNumberGenerator.GetBytes(31))));
    }
}
