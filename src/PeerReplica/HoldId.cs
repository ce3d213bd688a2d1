using System.Globalization;

namespace PeerReplica;

/// <summary>Names a hold. Any instance can confirm or cancel it by this, once or repeatedly.</summary>
/// <param name="Holder">The replica whose rights are held.</param>
/// <param name="Number">Counts that replica's holds, from 1.</param>
public readonly record struct HoldId(ReplicaId Holder, ulong Number)
{
    /// <summary>The id as text that <see cref="TryParse"/> reads: fit for a URL or a cookie.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Holder}-{Number:x}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id, when the text is one.</param>
    public static bool TryParse(string? text, out HoldId id)
    {
        id = default;
        if (text is null || text.Length < 34 || text[32] != '-' || !ReplicaId.TryParse(text[..32], out var holder)) return false;
        if (!ulong.TryParse(text.AsSpan(33), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)) return false;
        id = new HoldId(holder, number);
        return true;
    }
}
