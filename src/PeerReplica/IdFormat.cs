using System.Buffers;

namespace PeerReplica;

/// <summary>The formats of ids: one, which is named <c>G</c> or not at all.</summary>
internal static class IdFormat
{
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Whether a text has nothing but hexadecimal digits. The framework's parsers also take zero characters at the end.</summary>
    public static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_hexDigits);

    public static void ThrowIfUnknown(ReadOnlySpan<char> format, string type)
    {
        if (format is not ("" or "G" or "g")) throw new FormatException($"A {type} has no format '{format}'. Use none, or G.");
    }
}
