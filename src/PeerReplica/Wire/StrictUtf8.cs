using System.Buffers;
using System.Text;

namespace PeerReplica.Wire;

/// <summary>UTF-8 that refuses what is not Unicode, in both directions, so that text has one encoding only.</summary>
internal static class StrictUtf8
{
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a text has no half of a surrogate pair.</summary>
    public static bool CanEncode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done) return false;
            text = text[length..];
        }

        return true;
    }
}
