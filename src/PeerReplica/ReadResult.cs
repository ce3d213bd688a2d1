using System.Diagnostics.CodeAnalysis;

namespace PeerReplica;

/// <summary>What a read found: a value, or that there is none. A value that equals <see langword="default"/> is a value.</summary>
/// <remarks>Not for JSON: give <see cref="GetValueOrDefault()"/> to a serializer.</remarks>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct ReadResult<T>
{
    private readonly T? _value;

    /// <summary>A result with a value. <see langword="default"/> is the result without one.</summary>
    public ReadResult(T value) => (_value, HasValue) = (value, true);

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; see <see cref="HasValue"/>.</exception>
    public T Value => HasValue ? _value! : throw new InvalidOperationException("The read found no value. Look at HasValue first, or use GetValueOrDefault.");

    /// <summary>Gives the value, if there is one.</summary>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return HasValue;
    }

    /// <summary>The value, or <see langword="default"/> when there is none.</summary>
    public T? GetValueOrDefault() => _value;

    /// <summary>The value, or <paramref name="defaultValue"/> when there is none.</summary>
    [return: NotNullIfNotNull(nameof(defaultValue))]
    public T? GetValueOrDefault(T? defaultValue) => HasValue ? _value : defaultValue;

    /// <summary>The value as text, or <c>(no value)</c>.</summary>
    public override string ToString() => HasValue ? $"{_value}" : "(no value)";
}
