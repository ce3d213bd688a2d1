namespace PeerReplica.Security;

/// <summary>
/// Whether a text can be a generated secret of at least 256 bits. A check cannot measure randomness; this one refuses what is certainly not a generated secret: another
/// form than base64 or hexadecimal, too few characters for 256 bits, repetitions, runs of neighbors, words.
/// </summary>
internal static class SecretStrength
{
    public const int MinBits = 256;
    public const string Remedy = "Generate one with: openssl rand -base64 32";

    /// <summary>Why a text is no such secret, without any part of it; null when it may be one. Generated secrets fail with a probability below 1 in 100,000.</summary>
    public static string? WhyWeak(string secret)
    {
        var text = secret.AsSpan().Trim().TrimEnd('=');
        var (lower, upper, digits, marks, isHex) = (0, 0, 0, 0, true);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterLower(c)) lower++;
            else if (char.IsAsciiLetterUpper(c)) upper++;
            else if (char.IsAsciiDigit(c)) digits++;
            else if (c is '+' or '/' or '-' or '_') marks++;
            else return "it holds a character that neither base64 nor hexadecimal has";
            isHex &= char.IsAsciiHexDigit(c);
        }

        isHex &= lower == 0 || upper == 0;
        var letters = lower + upper;
        var alphabet = isHex ? (letters == 0 ? 10 : 16) : lower > 0 && upper > 0 ? 64 : letters > 0 ? 36 : 12;
        var bits = (int)(text.Length * Math.Log2(alphabet));
        if (bits < MinBits) return $"it has room for {bits} bits at most, and {MinBits} are needed";

        // A generated text of 43 characters with three quarters in one class is rarer than one in 100,000.
        if (!isHex && Math.Max(Math.Max(lower, upper), Math.Max(digits, marks)) * 4 > text.Length * 3) return "it looks like words, not like a generated text";
        return IsRegular(text, isHex) ? "it repeats itself" : null;
    }

    private static bool IsRegular(ReadOnlySpan<char> text, bool isHex)
    {
        var distinct = new HashSet<char>();
        var triples = new HashSet<(char, char, char)>();
        var neighbors = 0;
        for (var i = 0; i < text.Length; i++)
        {
            distinct.Add(text[i]);
            if (i > 0 && Math.Abs(text[i] - text[i - 1]) <= 1) neighbors++;
            if (i > 1) triples.Add((text[i - 2], text[i - 1], text[i]));
        }

        // Long texts repeat triples by chance: what counts is a floor that 43 random characters clear with a wide margin.
        return distinct.Count < (isHex ? 8 : 16) || triples.Count < Math.Min(text.Length - 2, 60) * 3 / 4 || neighbors * 2 > text.Length;
    }
}
