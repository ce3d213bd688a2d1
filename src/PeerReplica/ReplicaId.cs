using System.Globalization;

namespace PeerReplica;

/// <summary>
/// Names one run of one instance: 128 bits, new at every start, so that a restart is a new replica and no dot is ever issued twice. Between
/// authenticated peers they follow from the key that the run signs with; otherwise they are random.
/// </summary>
/// <param name="Value">The bits.</param>
public readonly record struct ReplicaId(UInt128 Value) : IComparable<ReplicaId>
{
    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    /// <summary>The id as 32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The first 8 hexadecimal digits: enough for a person to tell replicas apart.</summary>
    public string ToShortString() => ToString()[..8];

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <param name="id">The id, when the text is one.</param>
    public static bool TryParse(string? text, out ReplicaId id)
    {
        var ok = UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && text!.Length == 32;
        id = ok ? new ReplicaId(value) : default;
        return ok;
    }

    /// <summary>Orders by value.</summary>
    public static bool operator <(ReplicaId left, ReplicaId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by value.</summary>
    public static bool operator >(ReplicaId left, ReplicaId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by value.</summary>
    public static bool operator <=(ReplicaId left, ReplicaId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by value.</summary>
    public static bool operator >=(ReplicaId left, ReplicaId right) => left.CompareTo(right) >= 0;
}
