namespace PeerReplica;

/// <summary>The formats of ids: one, which is named <c>G</c> or not at all.</summary>
internal static class IdFormat
{
    public static void ThrowIfUnknown(ReadOnlySpan<char> format, string type)
    {
        if (format is not ("" or "G" or "g")) throw new FormatException($"A {type} has no format '{format}'. Use none, or G.");
    }
}
