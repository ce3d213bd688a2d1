using System.Text;

namespace PeerReplica.Wire;

/// <summary>UTF-8 that refuses what is not Unicode, in both directions, so that text has one encoding only.</summary>
internal static class StrictUtf8
{
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
