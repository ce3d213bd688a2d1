using System.Text.Json.Serialization;

#pragma warning disable CA1051, CA1815, CA1024, CA1822, CS0649, IDE0051, IDE0052
namespace PeerReplica.Tests.BadInput;

/// <summary>Types that lose something on their way through JSON, each in a way of its own.</summary>
public static class LossyTypes
{
    public class Animal
    {
        public string Name { get; set; } = "";
    }

    public sealed class Dog : Animal
    {
        public int Tricks { get; set; }
    }

    public abstract class Shape
    {
        public int Sides { get; set; }
    }

    public interface IHasName
    {
        string Name { get; }
    }

    public sealed class PrivateSetter
    {
        public int Number { get; private set; }

        public static PrivateSetter Of(int number) => new() { Number = number };
    }

    public sealed class GetOnly
    {
        private GetOnly(int number) => Number = number;

        public GetOnly()
        {
        }

        public int Number { get; }

        public static GetOnly Of(int number) => new(number);
    }

    public readonly struct GetOnlyStruct(int number)
    {
        public int Number { get; } = number;
    }

    public struct ReadOnlyField
    {
        public readonly int Number;

        public ReadOnlyField(int number) => Number = number;
    }

    public sealed class Hidden
    {
        private int _number;

        public static Hidden Of(int number) => new() { _number = number };

        public int Read() => _number;
    }

    public sealed class HalfHidden
    {
        private int _number;

        public string Name { get; set; } = "";

        public static HalfHidden Of(int number) => new() { Name = "a", _number = number };

        public int Read() => _number;
    }

    public sealed class NoConstructor
    {
        private NoConstructor()
        {
        }

        public int Number { get; set; }

        public static NoConstructor Of(int number) => new() { Number = number };
    }

    public sealed class Basket : List<string>
    {
        public decimal Total { get; set; }
    }

    public sealed record Wrapper<T>(T Inner);

    public sealed record WithIgnored(int Number)
    {
        [JsonIgnore]
        public int Secret { get; init; }
    }

    public sealed class CaseInsensitive(string text) : IEquatable<CaseInsensitive>
    {
        public string Text => text;

        public bool Equals(CaseInsensitive? other) => string.Equals(text, other?.Text, StringComparison.OrdinalIgnoreCase);

        public override bool Equals(object? obj) => Equals(obj as CaseInsensitive);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(text);
    }
}
